package godwit.cli.live;

import godwit.Problem;
import godwit.move.MoveDigest;
import godwit.move.MoveSpec;
import godwit.postgres.ledger.PostgresLedger;
import godwit.run.Phase;
import godwit.run.Run;
import godwit.run.Verb;
import java.util.List;

/**
 * What a move is told otherwise than when its run was started last, be it by the file or by what stands above it.
 *
 * @param keys their paths in the file
 */
record FileChanges(Run run, List<String> keys) {
    /** All that a rollback goes by. */
    private static final String SCHEMA = "schema";

    static FileChanges since(PostgresLedger ledger, Run run, MoveSpec spec) {
        return new FileChanges(run, MoveDigest.of(spec).changedSince(ledger.digest(run.id())));
    }

    /** Refuses what cannot change once something was made by it. */
    FileChanges requireAllowed() {
        return refuse(keys.stream().filter(MoveDigest::isFixed).toList());
    }

    /** The same for a verb that works by itself because nobody follows the run. */
    void requireAllowed(Verb verb) {
        if (verb == Verb.ROLLBACK) {
            refuse(keys.stream().filter(SCHEMA::equals).toList());
        } else {
            requireAllowed();
        }
    }

    private FileChanges refuse(List<String> fixed) {
        if (!fixed.isEmpty() && run.phase() != Phase.PLANNED) {
            throw Problem.of(
                            "move-changed",
                            "The run was begun with another %s, and cannot go on with this one."
                                    .formatted(String.join(", ", fixed)),
                            "Set it back as it was (godwit status RUN goes by the file as it was); to move something"
                                    + " else, end the run with godwit rollback and begin anew.")
                    .withObjects(fixed)
                    .asException();
        }
        return this;
    }
}
