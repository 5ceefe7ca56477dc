package godwit.postgres.apply;

import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.schema.Column;
import godwit.schema.Table;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How the selection of a table's rows bears on what is written to it.
 *
 * <p>Towards the target a row is written only if it is selected as it is now; whether it was before does not matter,
 * since a row that was not is not there to be deleted. Towards the source all rows are written, but only selected ones
 * are replaced: a row that never moved stays as it is, and one that comes with its key meets it in the unique index.
 *
 * @param table the table, with its selection as it holds where changes are written
 * @param followed the side whose changes are written
 * @param types what the staged columns are
 */
record RowFilter(Table table, Side followed, ColumnTypes types) {
    /** Whether rows are to be weighed before they are written, so that complete ones have to be staged too. */
    boolean weighs() {
        return !table.selection().isAll();
    }

    private boolean selects() {
        return weighs() && followed == Side.SOURCE;
    }

    private boolean confines() {
        return weighs() && followed == Side.TARGET;
    }

    /** Whether a row that is to be replaced must be there; one that was never selected need not. */
    boolean requiresReplaced() {
        return !selects();
    }

    /** What a statement that writes staged rows, in columns c0, c1 and so on, adds to its condition. */
    String andStaged() {
        return selects() ? " AND " + staged() : "";
    }

    /** What a statement that removes rows of {@code t} by their key adds to its condition. */
    String andThere() {
        return confines() ? " AND " + table.selection().of("t.*") : "";
    }

    private String staged() {
        var columns = table.stored();
        return table.selection()
                .of(
                        columns,
                        IntStream.range(0, columns.size())
                                .mapToObj(i -> staged(columns, i))
                                .toList());
    }

    /** The stage holds what is below a domain, the condition may ask for the domain itself. */
    private String staged(List<Column> columns, int column) {
        var isBase = types.bases().containsKey(column);
        return "c" + column + (isBase ? "::" + columns.get(column).type() : "");
    }

    /** Values that the log left out are only in the target, and only if the row was selected before. */
    void requireComplete() {
        if (selects()) {
            throw Problem.of(
                            "where-needs-full-identity",
                            "A change of %s lacks values that decide whether its row goes along."
                                    .formatted(table.name()),
                            "ALTER TABLE … REPLICA IDENTITY FULL at the source, roll the run back and start it again.")
                    .withObjects(List.of(table.name().plain()))
                    .asException();
        }
    }

    /** Empties the table as the followed side was, where that is not all of it; false when it is. */
    boolean deleteSelected(Session session) {
        if (confines()) {
            session.execute("DELETE FROM ONLY " + table.name().sql() + " WHERE "
                    + table.selection().sql());
        }
        return confines();
    }

    /** Notes rows that came and that the selection does not have, found by the keys in a stage. */
    void noteOutside(Session session, OutsideRows outside, String stage, String match) {
        if (confines() && table.hasKey()) {
            session.execute(outside.note(table, "t", stage + " k ON " + match));
        }
    }
}
