package godwit.change.plan;

/** A table as a migration's operations find it: one that is there, on its way, or one that the migration makes. */
sealed interface Member permits Evolution, Created {}
