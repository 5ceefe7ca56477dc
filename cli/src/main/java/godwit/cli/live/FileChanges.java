package godwit.cli.live;

import godwit.GodwitException;
import godwit.Problem;
import godwit.file.MoveFile;
import godwit.move.MoveDigest;
import godwit.move.MoveSpec;
import godwit.postgres.ledger.PostgresLedger;
import godwit.postgres.ledger.RunFile;
import godwit.postgres.move.MoveAccess;
import godwit.run.Phase;
import godwit.run.Run;
import godwit.run.Verb;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a move is told otherwise than when its run was started last, be it by the file or by what stands above it.
 *
 * @param earlier what it was told then
 * @param file the file that it went by then, when the ledger has kept it
 * @param keys the paths in the file of what has changed
 */
record FileChanges(Run run, MoveAccess access, MoveDigest earlier, Optional<RunFile> file, List<String> keys) {
    /** All that a rollback goes by. */
    private static final String SCHEMA = "schema";

    private static final String EXCLUDE = "exclude";

    static FileChanges since(PostgresLedger ledger, Run run, MoveAccess access) {
        var earlier = ledger.digest(run.id());
        var keys = MoveDigest.of(access.spec()).changedSince(earlier);
        return new FileChanges(run, access, earlier, ledger.file(run.id()), keys);
    }

    /** Refuses what cannot change once something was made by it. */
    FileChanges requireAllowed() {
        return refuse(keys.stream()
                .filter(MoveDigest::isFixed)
                .filter(key -> !key.equals(EXCLUDE) || !excludesOnlyWhatNeverMoved())
                .toList());
    }

    /** The same for a verb that works by itself because nobody follows the run. */
    void requireAllowed(Verb verb) {
        if (verb == Verb.ROLLBACK) {
            refuse(keys.stream().filter(SCHEMA::equals).toList());
        } else {
            requireAllowed();
        }
    }

    /** Notes that the run goes by tables that were excluded meanwhile; of what else has changed the next start tells. */
    void adoptExclude(PostgresLedger ledger) {
        if (keys.contains(EXCLUDE)) {
            var told = new TreeMap<>(earlier.keys());
            told.put(EXCLUDE, excludeOf(access.spec()));
            ledger.redigest(run.id(), new MoveDigest(told));
        }
    }

    /** A table or partition that came after the move began may be left behind on purpose: nothing was made by it. */
    private boolean excludesOnlyWhatNeverMoved() {
        return run.phase() != Phase.PLANNED
                && file.flatMap(this::read)
                        .filter(before -> access.spec()
                                .tables()
                                .exclude()
                                .containsAll(before.tables().exclude()))
                        .isPresent()
                && access.takesAllThatMoves(run.id());
    }

    /** The move as the file said it then, if nothing above the file said otherwise. */
    private Optional<MoveSpec> read(RunFile kept) {
        try {
            var before = MoveFile.parse(kept.text());
            return excludeOf(before).equals(earlier.keys().get(EXCLUDE)) ? Optional.of(before) : Optional.empty();
        } catch (GodwitException notByItself) {
            return Optional.empty();
        }
    }

    private static String excludeOf(MoveSpec spec) {
        return MoveDigest.of(spec).keys().getOrDefault(EXCLUDE, "");
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
