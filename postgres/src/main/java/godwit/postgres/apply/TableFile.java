package godwit.postgres.apply;

/**
 * How a table lies in its database.
 *
 * @param number that of its file, which is another when the table was emptied or written anew, and only then
 * @param columns a hash of the catalog's rows of its columns, which are others when the table was written anew with other
 *     values, and when its columns were changed otherwise; to be compared with one of the same server only
 */
public record TableFile(long number, long columns) {}
