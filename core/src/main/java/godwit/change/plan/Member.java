package godwit.change.plan;

import java.util.List;

/** A table as a migration's operations find it: one that is there, on its way, or one that the migration makes. */
sealed interface Member permits Evolution, Created {
    /** The columns by the names that they have by now. */
    List<Shown> shown();
}
