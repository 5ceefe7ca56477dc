package godwit.postgres.move;

import godwit.move.Side;
import godwit.postgres.apply.OutsideRows;
import godwit.postgres.verify.SelectedRows;
import godwit.schema.RowSelection;
import godwit.schema.Table;
import java.util.List;
import java.util.Optional;

/**
 * Which rows of the moved tables both sides have in common.
 *
 * <p>While the source leads, those that are selected, and the target has no others. While the target leads, all that it
 * has, and of the source those that are selected or came from the target; rows without a key cannot be told apart then,
 * and are compared as far as they are selected.
 */
record MovedRows(MoveContext context) {
    List<Table> on(Side side, Side leader, List<Table> tables) {
        return tables.stream()
                .map(table -> table.selecting(selection(side, leader, table)))
                .toList();
    }

    /** The tables for the stream from a side, as its changes are written to the other. */
    List<Table> written(Side from, List<Table> tables) {
        return from == Side.SOURCE ? tables : on(Side.SOURCE, Side.TARGET, tables);
    }

    /** What a verification compares. */
    SelectedRows compared(Side leader) {
        return new SelectedRows(
                table -> selection(leader, leader, table),
                table -> selection(leader.other(), leader, table),
                (table, joined) -> arrived(leader, table, joined));
    }

    private Optional<String> arrived(Side leader, Table table, String joined) {
        var outside = new OutsideRows(context.run());
        return leader == Side.TARGET && isPartly(table)
                ? Optional.of(outside.note(table.selecting(outside.widened(table)), "r", joined))
                : Optional.empty();
    }

    /** Whether rows of a table stay behind, so that others may refer to what is not there. */
    static boolean isPartly(Table table) {
        return !table.selection().isAll();
    }

    private RowSelection selection(Side side, Side leader, Table table) {
        return switch (leader) {
            case SOURCE -> side == Side.SOURCE ? table.selection() : RowSelection.ALL;
            case TARGET ->
                side == Side.SOURCE
                        ? new OutsideRows(context.run()).widened(table)
                        : table.hasKey() ? RowSelection.ALL : table.selection();
        };
    }
}
