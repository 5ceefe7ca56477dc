package godwit.postgres.catalog;

/** When an object may be made during a move, so that copying is fast and nothing of it fires too early. */
public enum SchemaPhase {
    /** Before the first row: the tables and all that they stand on. */
    BEFORE_DATA,
    /** As soon as the rows of its one table are copied. */
    AFTER_TABLE,
    /** When the rows of all tables are copied and their own objects of {@link #AFTER_TABLE} exist. */
    AFTER_TABLES,
    /** When the changes that were made during the copy are applied: what would refuse or repeat them before. */
    AFTER_CATCH_UP
}
