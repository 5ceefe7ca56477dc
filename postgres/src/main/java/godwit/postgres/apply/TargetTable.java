package godwit.postgres.apply;

import godwit.Problem;
import godwit.postgres.Session;
import godwit.schema.Column;
import godwit.schema.Identifier;
import godwit.schema.Table;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The SQL by which changes reach one table, made once from its shape.
 *
 * <p>The temporary tables keep the rows of earlier parts, told apart by their number, until they are emptied: emptying
 * them at every commit would cost more than all the rest. Columns are called c0, c1, … in the temporary tables, in the order of {@link Table#stored}, so that no name of the
 * user's can collide. Key columns are compared by the operator of their own index: with an empty search path a plain
 * {@code =} would miss those of extensions, such as citext's.
 */
final class TargetTable {
    private static final String OPERATORS = """
            SELECT a.attname, n.nspname, o.oprname
            FROM pg_catalog.pg_index i
            CROSS JOIN LATERAL unnest(i.indkey::smallint[], i.indclass::oid[]) AS k(attnum, opclass)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
            JOIN pg_catalog.pg_opclass c ON c.oid = k.opclass
            JOIN pg_catalog.pg_amop m ON m.amopfamily = c.opcfamily AND m.amopstrategy = 3
              AND m.amoplefttype = c.opcintype AND m.amoprighttype = c.opcintype
            JOIN pg_catalog.pg_operator o ON o.oid = m.amopopr
            JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
            WHERE i.indrelid = ?::pg_catalog.regclass AND i.indisunique AND i.indpred IS NULL
            """;

    private static final String HASHABLE = """
            SELECT a.attname FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_opclass c ON c.opcintype = a.atttypid
            JOIN pg_catalog.pg_am m ON m.oid = c.opcmethod AND m.amname = 'hash'
            WHERE a.attrelid = ?::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped AND c.opcdefault""";

    private final Table table;
    private final int number;
    private final int[] key;
    private final List<String> keyOperators;
    private final Set<Integer> hashable;

    private TargetTable(Table table, int number, List<String> keyOperators, Set<Integer> hashable) {
        this.table = table;
        this.number = number;
        var names = table.stored().stream().map(Column::name).toList();
        this.key = table.key().stream().mapToInt(names::indexOf).toArray();
        this.keyOperators = List.copyOf(keyOperators);
        this.hashable = Set.copyOf(hashable);
    }

    static TargetTable read(Session session, Table table, int number) {
        var operators = session.query(
                OPERATORS, r -> List.of(r.getString(1), r.getString(2), r.getString(3)), table.name().sql());
        var chosen = new ArrayList<String>();
        for (var column : table.key()) {
            var found = operators.stream().filter(o -> o.get(0).equals(column.name())).findFirst();
            chosen.add(found.map(o -> "OPERATOR(" + new Identifier(o.get(1)).sql() + "." + o.get(2) + ")")
                    .orElseThrow(() -> withoutIndex(table)));
        }
        return new TargetTable(table, number, chosen, hashable(session, table));
    }

    /** The columns, by their places, whose types have a hash. */
    private static Set<Integer> hashable(Session session, Table table) {
        var names = new HashSet<>(session.query(HASHABLE, row -> row.getString(1), table.name().sql()));
        var columns = table.stored();
        return IntStream.range(0, columns.size())
                .filter(i -> names.contains(columns.get(i).name().name()))
                .boxed()
                .collect(Collectors.toSet());
    }

    private static RuntimeException withoutIndex(Table table) {
        return Problem.of(
                        "key-without-index",
                        "%s has no unique index on its key where changes are applied.".formatted(table.name()),
                        "Create the index that the other side has, then start the run again.")
                .withObjects(List.of(table.name().plain()))
                .asException();
    }

    Table table() {
        return table;
    }

    int[] key() {
        return key.clone();
    }

    List<String> createTemporaryTables() {
        var all = select(i -> "t." + stored(i).name().sql() + " AS c" + i);
        if (!table.hasKey()) {
            return List.of(temporary(rowsName(), all));
        }
        var keys = keyList(i -> "t." + stored(i).name().sql() + " AS c" + i);
        var bases = keyList(i -> "t." + stored(i).name().sql() + " AS b" + i);
        return List.of(
                temporary(keysName(), keys + ", false AS wanted"),
                temporary(rowsName(), all + ", " + bases + ", ''::text AS unchanged"),
                temporary(keptName(), all));
    }

    List<String> temporaryNames() {
        return table.hasKey() ? List.of(keysName(), rowsName(), keptName()) : List.of(rowsName());
    }

    private String temporary(String name, String columns) {
        return "CREATE TEMPORARY TABLE " + name + " AS SELECT " + columns + ", 0 AS part FROM ONLY "
                + table.name().sql() + " t WITH NO DATA";
    }

    String keysName() {
        return "pg_temp.keys" + number;
    }

    String rowsName() {
        return "pg_temp.rows" + number;
    }

    String keptName() {
        return "pg_temp.kept" + number;
    }

    String copyTarget() {
        return table.name().sql() + " (" + table.storedSql() + ")";
    }

    String deleteReplaced(int part) {
        return "DELETE FROM ONLY " + table.name().sql() + " t USING " + keysName() + " k WHERE k.part = " + part
                + " AND " + keysMatch("t");
    }

    /** As {@link #deleteReplaced}, keeping from the rows that are wanted what an unchanged value may refer to. */
    String deleteReplacedAndKeep(int part) {
        var returning =
                select(i -> "CASE WHEN k.wanted THEN t." + stored(i).name().sql() + " END AS c" + i, this::isKept);
        var columns = select(i -> "c" + i, this::isKept);
        return "WITH gone AS (" + deleteReplaced(part) + " RETURNING k.wanted, " + returning + ") INSERT INTO "
                + keptName() + " (" + columns + ", part) SELECT " + columns + ", " + part + " FROM gone WHERE wanted";
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

    /**
     * Removes one row for each staged copy of it; rows are the same when their text is.
     *
     * <p>A hash of the columns that have one finds the candidates in one pass over the table; the comparison of texts
     * is written so that the planner cannot make it the join's condition and compute it for every row.
     */
    String deleteStagedCopies(int part) {
        var image = "ROW(" + select(i -> "t." + stored(i).name().sql()) + ")::text COLLATE \"C\"";
        return "WITH w AS MATERIALIZED (SELECT " + hash(i -> "c" + i) + " AS hash, ROW(" + select(i -> "c" + i)
                + ")::text COLLATE \"C\" AS image, count(*) AS copies FROM " + rowsName() + " WHERE part = " + part + " GROUP BY 1, 2) "
                + "DELETE FROM ONLY " + table.name().sql() + " WHERE ctid IN (SELECT found.ctid FROM (SELECT t.ctid, "
                + "w.copies, row_number() OVER (PARTITION BY w.image) AS copy FROM ONLY " + table.name().sql()
                + " t JOIN w ON " + hash(i -> "t." + stored(i).name().sql())
                + " = w.hash AND w.image IS NOT DISTINCT FROM " + image + ") found WHERE found.copy <= found.copies)";
    }

    private String hash(ColumnSql sql) {
        return hashable.isEmpty()
                ? "0::bigint"
                : "hash_record_extended(ROW(" + select(sql, hashable::contains) + "), 0)";
    }

    private String keysMatch(String alias) {
        return keyAll(i -> alias + "." + stored(i).name().sql() + " " + operator(i) + " k.c" + i);
    }

    private String operator(int column) {
        for (var i = 0; i < key.length; i++) {
            if (key[i] == column) {
                return keyOperators.get(i);
            }
        }
        throw new IllegalArgumentException("not a key column: " + column);
    }

    private boolean isKey(int column) {
        return IntStream.of(key).anyMatch(k -> k == column);
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
