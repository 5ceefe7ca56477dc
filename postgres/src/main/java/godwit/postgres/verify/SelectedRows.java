package godwit.postgres.verify;

import godwit.schema.RowSelection;
import godwit.schema.Table;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which rows of each table are compared on each side.
 *
 * @param leader which rows the leader is to have in common with the follower
 * @param follower which rows of the follower count; one more among them than the leader has is a difference
 * @param arrivals what is to be noted of rows that a repair brings to the follower
 */
public record SelectedRows(
        Function<Table, RowSelection> leader, Function<Table, RowSelection> follower, Arrivals arrivals) {
    public static final SelectedRows ALL =
            new SelectedRows(table -> RowSelection.ALL, table -> RowSelection.ALL, (table, joined) -> Optional.empty());

    /** Notes rows that the follower's selection would not have by itself. */
    @FunctionalInterface
    public interface Arrivals {
        /**
         * The statement to run on the follower, if any.
         *
         * @param joined what the table, called {@code r}, is joined to in order to find the rows that came
         */
        Optional<String> note(Table table, String joined);
    }
}
