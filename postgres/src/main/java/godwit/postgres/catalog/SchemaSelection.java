package godwit.postgres.catalog;

import godwit.schema.TableName;
import java.util.function.Predicate;

/**
 * Which objects go along.
 *
 * @param table whether a table, ordinary or partitioned, does; objects of its own, such as its indexes, follow it
 */
public record SchemaSelection(Predicate<TableName> table) {
    /** All of the database. */
    public static SchemaSelection everything() {
        return new SchemaSelection(name -> true);
    }
}
