package godwit.change.plan;

import godwit.schema.SqlText;

/**
 * A place that a value of a row has between the old version and the new.
 *
 * @param number unique for a table; what tells two slots apart
 */
record Slot(int number, SqlText type) {}
