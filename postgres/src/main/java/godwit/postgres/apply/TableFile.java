package godwit.postgres.apply;

/**
 * The file that a table lies in.
 *
 * @param number changes when the table is emptied or written anew, and only then
 * @param describedBy the transaction, or subtransaction, that last changed the table's row in the catalog; the last of those
 *     that gave it another file, or one after it
 */
public record TableFile(long number, int describedBy) {}
