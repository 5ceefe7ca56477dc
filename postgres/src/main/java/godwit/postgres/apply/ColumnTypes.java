package godwit.postgres.apply;

import godwit.Problem;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the applying side's catalog says of a table's columns, by their places in {@link Table#stored}.
 *
 * @param keyOperators the operator by which each key column is compared, in the key's order: that of its own index, since
 *     with an empty search path a plain {@code =} would miss those of extensions, such as citext's
 * @param hashable the columns whose types have a hash
 * @param bases the types below domains; a staged row holds NULL where the log left a value out, which a domain may forbid
 */
record ColumnTypes(List<String> keyOperators, Set<Integer> hashable, Map<Integer, String> bases) {
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
        hashable = Set.copyOf(hashable);
        bases = Map.copyOf(bases);
    }

    static ColumnTypes read(Session session, Table table) {
        return new ColumnTypes(operators(session, table), hashable(session, table), bases(session, table));
    }

    private static List<String> operators(Session session, Table table) {
        var operators = session.query(
                OPERATORS, r -> List.of(r.getString(1), r.getString(2), r.getString(3)), table.name().sql());
        var chosen = new ArrayList<String>();
        for (var column : table.key()) {
            var found = operators.stream().filter(o -> o.get(0).equals(column.name())).findFirst();
            chosen.add(found.map(o -> "OPERATOR(" + new Identifier(o.get(1)).sql() + "." + o.get(2) + ")")
                    .orElseThrow(() -> withoutIndex(table)));
        }
        return chosen;
    }

    private static Set<Integer> hashable(Session session, Table table) {
        var names = new HashSet<>(session.query(HASHABLE, row -> row.getString(1), table.name().sql()));
        var columns = table.stored();
        return IntStream.range(0, columns.size())
                .filter(i -> names.contains(columns.get(i).name().name()))
                .boxed()
                .collect(Collectors.toSet());
    }

    private static Map<Integer, String> bases(Session session, Table table) {
        var names = table.stored().stream().map(column -> column.name().name()).toList();
        var bases = new HashMap<Integer, String>();
        session.query(BASES, row -> Map.entry(row.getString(1), row.getString(2)), table.name().sql())
                .forEach(base -> bases.put(names.indexOf(base.getKey()), base.getValue()));
        return bases;
    }

    private static RuntimeException withoutIndex(Table table) {
        return Problem.of(
                        "key-without-index",
                        "%s has no unique index on its key where changes are applied.".formatted(table.name()),
                        "Create the index that the other side has, then start the run again.")
                .withObjects(List.of(table.name().plain()))
                .asException();
    }

    /** A value of a column as the temporary tables hold it. */
    String staged(int column, String value) {
        return bases.containsKey(column) ? "(" + value + ")::" + bases.get(column) : value;
    }
}
