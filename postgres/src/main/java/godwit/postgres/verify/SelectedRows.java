package godwit.postgres.verify;

import godwit.schema.RowSelection;
import godwit.schema.Table;
import java.util.function.Function;

/**
 * Which rows of each table are compared on each side.
 *
 * @param leader which rows the leader is to have in common with the follower
 * @param follower which rows of the follower count; one more among them than the leader has is a difference
 */
public record SelectedRows(Function<Table, RowSelection> leader, Function<Table, RowSelection> follower) {
    public static final SelectedRows ALL = new SelectedRows(table -> RowSelection.ALL, table -> RowSelection.ALL);
}
