package godwit.postgres.apply;

import godwit.Problem;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the applying side's catalog says of a table's columns, by their places in {@link Table#stored}.
 *
 * @param keyOperators the operator by which each key column is compared, in the key's order: that of its own index, since
 *     with an empty search path a plain {@code =} would miss those of extensions, such as citext's
 * @param hashable the columns whose types have a hash, each with the type to hash it as, or nothing
 * @param bases the types below domains; a staged row holds NULL where the log left a value out, which a domain may forbid
 */
record ColumnTypes(List<String> keyOperators, Map<Integer, String> hashable, Map<Integer, String> bases) {
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

    /** A type has a hash of its own, as an enum, or as the type whose bytes it has: varchar's is text's. */
    private static final String HASHABLE = """
            WITH RECURSIVE base AS (
              SELECT a.attname, a.atttypid AS type
              FROM pg_catalog.pg_attribute a
              WHERE a.attrelid = ?::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped
              UNION ALL
              SELECT b.attname, t.typbasetype FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.type
              WHERE t.typtype = 'd'),
            hashed AS (
              SELECT c.opcintype AS type FROM pg_catalog.pg_opclass c
              JOIN pg_catalog.pg_am m ON m.oid = c.opcmethod AND m.amname = 'hash' WHERE c.opcdefault)
            SELECT b.attname, '' FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.type AND t.typtype <> 'd'
            WHERE t.typtype = 'e' OR EXISTS (SELECT FROM hashed h WHERE h.type = t.oid)
            UNION ALL
            SELECT b.attname, min(pg_catalog.format_type(h.type, NULL)) FROM base b
            JOIN pg_catalog.pg_cast c ON c.castsource = b.type AND c.castmethod = 'b'
            JOIN hashed h ON h.type = c.casttarget
            JOIN pg_catalog.pg_type n ON n.oid = h.type AND n.typnamespace = 'pg_catalog'::pg_catalog.regnamespace
            WHERE b.type = 'pg_catalog.varchar'::pg_catalog.regtype AND h.type = 'pg_catalog.text'::pg_catalog.regtype
            GROUP BY 1""";

    private static final String BASES = """
            WITH RECURSIVE below AS (
              SELECT a.attname, t.typbasetype AS type, t.typtypmod AS modifier
              FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
              WHERE a.attrelid = ?::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped AND t.typtype = 'd'
              UNION ALL
              SELECT b.attname, t.typbasetype, t.typtypmod FROM below b JOIN pg_catalog.pg_type t ON t.oid = b.type
              WHERE t.typtype = 'd')
            SELECT b.attname, pg_catalog.format_type(b.type, b.modifier)
            FROM below b JOIN pg_catalog.pg_type t ON t.oid = b.type WHERE t.typtype <> 'd'""";

    ColumnTypes {
        keyOperators = List.copyOf(keyOperators);
        hashable = Map.copyOf(hashable);
        bases = Map.copyOf(bases);
    }

    static ColumnTypes read(Session session, Table table) {
        return new ColumnTypes(operators(session, table), hashable(session, table), bases(session, table));
    }

    private static List<String> operators(Session session, Table table) {
        var operators = session.query(
                OPERATORS,
                r -> List.of(r.getString(1), r.getString(2), r.getString(3)),
                table.name().sql());
        var chosen = new ArrayList<String>();
        for (var column : table.key()) {
            var found = operators.stream()
                    .filter(o -> o.get(0).equals(column.name()))
                    .findFirst();
            chosen.add(found.map(o -> "OPERATOR(" + new Identifier(o.get(1)).sql() + "." + o.get(2) + ")")
                    .orElseThrow(() -> withoutIndex(table)));
        }
        return chosen;
    }

    private static Map<Integer, String> hashable(Session session, Table table) {
        return byPlace(session, table, HASHABLE);
    }

    private static Map<Integer, String> bases(Session session, Table table) {
        return byPlace(session, table, BASES);
    }

    private static Map<Integer, String> byPlace(Session session, Table table, String sql) {
        var names = table.stored().stream().map(column -> column.name().name()).toList();
        var found = new TreeMap<Integer, String>();
        session.query(
                        sql,
                        row -> Map.entry(names.indexOf(row.getString(1)), row.getString(2)),
                        table.name().sql())
                .forEach(column -> found.put(column.getKey(), column.getValue()));
        found.remove(-1);
        return found;
    }

    private static RuntimeException withoutIndex(Table table) {
        return Problem.of(
                        "key-without-index",
                        "%s has no unique index on its key where changes are applied.".formatted(table.name()),
                        "Create the index that the other side has, then start the run again.")
                .withObjects(List.of(table.name().plain()))
                .asException();
    }

    /**
     * A hash that equal rows share, of the columns that have one; where none has, of the row's text.
     *
     * @param columns the table's columns, each as SQL
     */
    String hash(List<String> columns) {
        if (hashable.isEmpty()) {
            return "pg_catalog.hashtextextended(ROW(" + String.join(", ", columns)
                    + ")::pg_catalog.text COLLATE \"C\", 0)";
        }
        var hashed = new TreeMap<>(hashable)
                .entrySet().stream()
                        .map(e -> columns.get(e.getKey()) + (e.getValue().isEmpty() ? "" : "::" + e.getValue()))
                        .collect(Collectors.joining(", "));
        return "pg_catalog.hash_record_extended(ROW(" + hashed + "), 0)";
    }

    /** A value of a column as the temporary tables hold it. */
    String staged(int column, String value) {
        return bases.containsKey(column) ? "(" + value + ")::" + bases.get(column) : value;
    }
}
