package godwit.postgres.apply;

import godwit.postgres.Session;
import godwit.postgres.numbers.NumberedColumns;
import godwit.schema.Column;
import godwit.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The SQL by which changes reach one table, made once from its shape.
 *
 * <p>The temporary tables keep the rows of earlier parts, told apart by their number, until they are emptied: emptying
 * them at every commit would cost more than all the rest. Columns are called c0, c1, … in the temporary tables, in the order of {@link Table#stored}, so that no name of the
 * user's can collide.
 */
final class TargetTable {
    private final Table table;
    private final String number;
    private final int[] key;
    private final ColumnTypes types;
    private final RowFilter filter;
    private final NumberedColumns numbered;

    private TargetTable(Table table, String number, ColumnTypes types, RowFilter filter, NumberedColumns numbered) {
        this.table = table;
        this.filter = filter;
        this.numbered = numbered;
        this.number = number;
        var names = table.stored().stream().map(Column::name).toList();
        this.key = table.key().stream().mapToInt(names::indexOf).toArray();
        this.types = types;
    }

    /** @param start of the stream whose changes are written */
    static TargetTable read(Session session, Table table, int number, StreamStart start) {
        var types = ColumnTypes.read(session, table);
        return new TargetTable(
                table,
                String.valueOf(number),
                types,
                new RowFilter(table, start.followed(), types),
                start.numberedOf(table));
    }

    /** The same table with temporary tables of its own, for one of the transactions that are staged beside each other. */
    TargetTable beside(int place) {
        return new TargetTable(table, number + "_" + place, types, filter, numbered);
    }

    Table table() {
        return table;
    }

    RowFilter filter() {
        return filter;
    }

    /** The columns whose values hold numbers of objects. */
    NumberedColumns numbered() {
        return numbered;
    }

    int[] key() {
        return key.clone();
    }

    List<String> createTemporaryTables() {
        var all = select(i -> staged(i) + " AS c" + i);
        var statements = new ArrayList<String>();
        if (table.hasKey()) {
            var bases = keyList(i -> staged(i) + " AS b" + i);
            statements.add(temporary(keysName(), keyList(i -> staged(i) + " AS c" + i) + ", false AS wanted"));
            statements.add(temporary(rowsName(), all + ", " + bases + ", ''::text AS unchanged"));
            statements.add(temporary(keptName(), all));
        } else {
            statements.add(temporary(rowsName(), all));
        }
        if (filter.weighs()) {
            statements.add(temporary(addedName(), all));
        }
        return statements;
    }

    /** As {@link #createTemporaryTables}, with rows to add too, and found by their part however many parts there are. */
    List<String> createStageTables() {
        var statements = new ArrayList<>(createTemporaryTables());
        if (!filter.weighs()) {
            statements.add(temporary(addedName(), select(i -> staged(i) + " AS c" + i)));
        }
        stageNames().forEach(name -> statements.add("CREATE INDEX ON " + name + " (part)"));
        return statements;
    }

    List<String> temporaryNames() {
        return stageNames().stream()
                .filter(name -> filter.weighs() || !name.equals(addedName()))
                .toList();
    }

    List<String> stageNames() {
        return table.hasKey()
                ? List.of(keysName(), rowsName(), keptName(), addedName())
                : List.of(rowsName(), addedName());
    }

    private String temporary(String name, String columns) {
        return "CREATE TEMPORARY TABLE " + name + " AS SELECT " + columns + ", 0 AS part FROM ONLY "
                + table.name().sql() + " t WITH NO DATA";
    }

    String keysName() {
        return "pg_temp.godwit_keys" + number;
    }

    String rowsName() {
        return "pg_temp.godwit_rows" + number;
    }

    String keptName() {
        return "pg_temp.godwit_kept" + number;
    }

    String addedName() {
        return "pg_temp.godwit_added" + number;
    }

    /** Adds the complete rows that were staged, as far as they are selected. */
    String insertAdded(int part) {
        return "INSERT INTO " + table.name().sql() + " (" + table.storedSql() + ") OVERRIDING SYSTEM VALUE SELECT "
                + select(i -> "c" + i) + " FROM " + addedName() + " WHERE part = " + part + filter.andStaged();
    }

    /** Notes which of the rows that were added from the stage are outside the selection. */
    void noteOutside(Session session, OutsideRows outside, String stage, int part) {
        filter.noteOutside(session, outside, stage, keysMatch("t") + " AND k.part = " + part);
    }

    String copyTarget() {
        return table.name().sql() + " (" + table.storedSql() + ")";
    }

    String deleteReplaced(int part) {
        return "DELETE FROM ONLY " + table.name().sql() + " t USING " + keysName() + " k WHERE k.part = " + part
                + " AND " + keysMatch("t") + filter.andThere();
    }

    /** As {@link #deleteReplaced}, keeping from the rows that are wanted what an unchanged value may refer to. */
    String deleteReplacedAndKeep(int part) {
        var returning = select(i -> "CASE WHEN k.wanted THEN " + staged(i) + " END AS c" + i, this::isKept);
        var columns = select(i -> "c" + i, this::isKept);
        return "WITH gone AS (" + deleteReplaced(part) + " RETURNING k.wanted, " + returning
                + "), kept AS (INSERT INTO "
                + keptName() + " (" + columns + ", part) SELECT " + columns + ", " + part
                + " FROM gone WHERE wanted) SELECT count(*) FROM gone";
    }

    private boolean isKept(int column) {
        return isKey(column) || stored(column).toastable();
    }

    /** Adds the staged rows, with unchanged values from the rows that were kept. */
    String insertStaged(int part) {
        var values = select(i -> stored(i).toastable() && !isKey(i)
                ? "CASE WHEN r.unchanged LIKE '%," + i + ",%' THEN o.c" + i + " ELSE r.c" + i + " END"
                : "r.c" + i);
        var match = keyAll(i -> "o.c" + i + " " + operator(i) + " r.b" + i);
        return "INSERT INTO " + table.name().sql() + " (" + table.storedSql() + ") OVERRIDING SYSTEM VALUE SELECT "
                + values + " FROM " + rowsName() + " r JOIN " + keptName() + " o ON o.part = r.part AND " + match
                + " WHERE r.part = " + part;
    }

    /** How many of the staged copies are to be removed: those that are selected. */
    String countStagedCopies(int part) {
        return "SELECT count(*) FROM " + rowsName() + " WHERE part = " + part + filter.andStaged();
    }

    /**
     * Removes one row for each staged copy of it; rows are the same when their text is.
     *
     * <p>A hash of the columns that have one finds the candidates in one pass over the table; the comparison of texts
     * is written so that the planner cannot make it the join's condition and compute it for every row.
     */
    String deleteStagedCopies(int part) {
        var image = "ROW(" + select(i -> "t." + stored(i).name().sql()) + ")::text COLLATE \"C\"";
        return "WITH w AS MATERIALIZED (SELECT " + hash(i -> "c" + i) + " AS hash, ROW(" + select(i -> "c" + i)
                + ")::text COLLATE \"C\" AS image, count(*) AS copies FROM " + rowsName() + " WHERE part = " + part
                + filter.andStaged() + " GROUP BY 1, 2) "
                + "DELETE FROM ONLY " + table.name().sql() + " WHERE ctid IN (SELECT found.ctid FROM (SELECT t.ctid, "
                + "w.copies, row_number() OVER (PARTITION BY w.image) AS copy FROM ONLY "
                + table.name().sql()
                + " t JOIN w ON " + hash(i -> "t." + stored(i).name().sql())
                + " = w.hash AND w.image IS NOT DISTINCT FROM " + image + ") found WHERE found.copy <= found.copies)";
    }

    private String hash(ColumnSql sql) {
        return types.hash(
                IntStream.range(0, table.stored().size()).mapToObj(sql::of).toList());
    }

    private String keysMatch(String alias) {
        return keyAll(i -> alias + "." + stored(i).name().sql() + " " + operator(i) + " k.c" + i);
    }

    private String operator(int column) {
        for (var i = 0; i < key.length; i++) {
            if (key[i] == column) {
                return types.keyOperators().get(i);
            }
        }
        throw new IllegalArgumentException("not a key column: " + column);
    }

    private boolean isKey(int column) {
        return IntStream.of(key).anyMatch(k -> k == column);
    }

    private String staged(int column) {
        return types.staged(column, "t." + stored(column).name().sql());
    }

    private Column stored(int column) {
        return table.stored().get(column);
    }

    private interface ColumnSql {
        String of(int column);
    }

    private interface Wanted {
        boolean test(int column);
    }

    private String select(ColumnSql sql) {
        return select(sql, i -> true);
    }

    private String select(ColumnSql sql, Wanted wanted) {
        return IntStream.range(0, table.stored().size())
                .filter(wanted::test)
                .mapToObj(sql::of)
                .collect(Collectors.joining(", "));
    }

    private String keyAll(ColumnSql sql) {
        return IntStream.of(key).mapToObj(sql::of).collect(Collectors.joining(" AND "));
    }

    private String keyList(ColumnSql sql) {
        return IntStream.of(key).mapToObj(sql::of).collect(Collectors.joining(", "));
    }
}
