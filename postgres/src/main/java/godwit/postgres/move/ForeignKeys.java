package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.catalog.SchemaPhase;
import godwit.verify.OtherDifference;
import java.sql.SQLException;
import java.util.List;

/** The foreign keys of the target: made when the stream has caught up, and proven by their rows. */
final class ForeignKeys {
    private static final String VIOLATED = "23503";

    private final Expansion expansion;
    private final Surroundings surroundings;

    ForeignKeys(Expansion expansion, Surroundings surroundings) {
        this.expansion = expansion;
        this.surroundings = surroundings;
    }

    /** Makes what comes after catch-up: foreign keys and what stands on them. */
    void make(List<SchemaObject> objects) {
        try {
            expansion.make(objects, object -> object.phase() == SchemaPhase.AFTER_CATCH_UP);
        } catch (GodwitException e) {
            if (e.getCause() instanceof SQLException failed && VIOLATED.equals(failed.getSQLState())) {
                throw orphans(e.problem().objects());
            }
            throw e;
        }
    }

    /** The constraints alone prove nothing: rows that were applied under replica role passed them unseen. */
    void requireNoOrphans() {
        var found = surroundings.orphans(Side.SOURCE);
        if (!found.isEmpty()) {
            throw orphans(found.stream().map(OtherDifference::object).toList());
        }
    }

    private static GodwitException orphans(List<String> keys) {
        return Problem.of(
                        "foreign-key-orphan",
                        "Foreign keys of the target have rows that point to nothing.",
                        "Start again to look once more; where rows or tables are selected, select what is referred to;"
                                + " else roll the run back and start a new one.")
                .withObjects(keys)
                .asException();
    }
}
