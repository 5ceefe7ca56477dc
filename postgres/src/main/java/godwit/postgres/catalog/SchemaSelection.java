package godwit.postgres.catalog;

import godwit.schema.TableName;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which objects go along.
 *
 * @param table whether a table, ordinary or partitioned, does; objects of its own, such as its indexes, follow it
 * @param blocking which of the objects that cannot go along keep a move from beginning
 * @param leave other objects that people leave behind, each as findings name it
 */
public record SchemaSelection(Predicate<TableName> table, Blocking blocking, List<String> leave) {
    /** Which of the objects that cannot go along block. */
    public enum Blocking {
        /** All of them: the whole database was to go along. */
        ALL,
        /** Those that the selected tables, or what is theirs, stand on. */
        NEEDED,
        /** None: people have made the target's schema. */
        NONE
    }

    public SchemaSelection {
        leave = List.copyOf(leave);
    }

    /** These tables with all that no table has, of which nothing may stay behind. */
    public SchemaSelection(Predicate<TableName> table) {
        this(table, Blocking.ALL, List.of());
    }

    /** All of the database. */
    public static SchemaSelection everything() {
        return new SchemaSelection(name -> true);
    }
}
