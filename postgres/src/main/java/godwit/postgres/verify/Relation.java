package godwit.postgres.verify;

import godwit.schema.RowSelection;
import java.util.Map;

/**
 * A table as one side has it at its snapshot.
 *
 * @param kind pg_class.relkind: {@code r} holds rows itself
 * @param types its columns' names and types, in the order of the catalog
 * @param blocks the length of its file
 * @param bytes its size with TOAST
 * @param selection which of its rows are compared
 */
record Relation(String kind, Map<String, String> types, long blocks, long bytes, RowSelection selection) {
    boolean holdsRows() {
        return kind.equals("r");
    }
}
