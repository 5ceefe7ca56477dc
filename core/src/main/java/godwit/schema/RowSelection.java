package godwit.schema;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which rows of a table go along: all, or those for which a condition in SQL is true (a row for which it is NULL is not).
 *
 * <p>The condition names columns of the table by their bare names and nothing else, and is one expression: whoever makes
 * a selection from people's text has had PostgreSQL parse it.
 *
 * @param condition the condition; empty: all rows
 */
public record RowSelection(String condition) {
    public static final RowSelection ALL = new RowSelection("");

    public boolean isAll() {
        return condition.isEmpty();
    }

    /** The rows that both select. */
    public RowSelection and(RowSelection other) {
        if (isAll() || other.isAll()) {
            return isAll() ? other : this;
        }
        return new RowSelection(sql() + " AND " + other.sql());
    }

    /** The condition where the table's columns, and no others, are at hand under their bare names. */
    public String sql() {
        return isAll() ? "true" : "(" + condition + ")";
    }

    /**
     * The condition where other names are at hand beside: the columns are brought into a scope of their own, so that
     * nothing of the surrounding statement can be meant.
     *
     * @param columns what to select for all of the columns, each named as it is in the table
     */
    public String of(String columns) {
        return isAll() ? "true" : "(SELECT coalesce(" + sql() + ", false) FROM (SELECT " + columns + ") AS selected)";
    }

    /** As {@link #of(String)}, with each column of the table given as SQL. */
    public String of(List<Column> columns, List<String> values) {
        var named = IntStream.range(0, columns.size())
                .mapToObj(i -> values.get(i) + " AS " + columns.get(i).name().sql())
                .collect(Collectors.joining(", "));
        return of(named);
    }

    /** What a FROM takes to read a table's own rows, without those of its children, as far as they are selected. */
    public String from(TableName table) {
        return isAll() ? "ONLY " + table.sql() : "(SELECT ctid, * FROM ONLY " + table.sql() + " WHERE " + sql() + ")";
    }
}
