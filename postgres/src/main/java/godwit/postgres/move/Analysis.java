package godwit.postgres.move;

import godwit.postgres.Session;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The statements that give the planner of the target what it knows of the source: of tables, of partitioned tables as a
 * whole, and of materialised views.
 *
 * <p>ANALYZE of a partitioned table reads a sample of all its partitions and then analyses each of them (PostgreSQL
 * manual, ANALYZE); from version 18 on ONLY leaves out the latter, so that partitions are analysed beside each other.
 */
final class Analysis {
    private static final int ONLY_KNOWN_FROM = 180_000;

    private static final String PARENTS = """
            SELECT DISTINCT n.nspname, c.relname
            FROM unnest(?::text[]) AS leaf(name), pg_catalog.pg_partition_ancestors(leaf.name::pg_catalog.regclass) AS above(id)
            JOIN pg_catalog.pg_class c ON c.oid = above.id JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'p' AND (? OR c.oid = pg_catalog.pg_partition_root(c.oid)) ORDER BY 1, 2""";

    private static final String LEAVES = """
            SELECT n.nspname, c.relname
            FROM unnest(?::text[]) AS leaf(name) JOIN pg_catalog.pg_class c ON c.oid = leaf.name::pg_catalog.regclass
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relispartition""";

    private static final String VIEWS = """
            SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'm' AND c.relispopulated AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            ORDER BY 1, 2""";

    private Analysis() {}

    /** One statement for each table and each partitioned table as a whole, in an order of no matter. */
    static List<String> ofTables(Session target, List<Table> tables) {
        var statements = new LinkedHashSet<>(ofParents(target, tables));
        alone(target, tables).forEach(table -> statements.add(of(table)));
        return List.copyOf(statements);
    }

    static String of(TableName table) {
        return "ANALYZE " + table.sql();
    }

    /** The tables that no partitioned table's statement reaches. */
    static Set<TableName> alone(Session target, List<Table> tables) {
        var alone = tables.stream().map(Table::name).collect(Collectors.toCollection(TreeSet::new));
        if (!knowsOnly(target)) {
            names(target, LEAVES, (Object) sql(tables)).forEach(alone::remove);
        }
        return alone;
    }

    private static List<String> ofParents(Session target, List<Table> tables) {
        var only = knowsOnly(target);
        return names(target, PARENTS, sql(tables), only).stream()
                .map(parent -> "ANALYZE " + (only ? "ONLY " : "") + parent.sql())
                .toList();
    }

    private static boolean knowsOnly(Session target) {
        return target.number("SHOW server_version_num") >= ONLY_KNOWN_FROM;
    }

    private static String[] sql(List<Table> tables) {
        return tables.stream().map(table -> table.name().sql()).toArray(String[]::new);
    }

    /** One statement for each materialised view that has rows. */
    static List<String> ofViews(Session target) {
        return names(target, VIEWS).stream()
                .map(name -> "ANALYZE " + name.sql())
                .toList();
    }

    private static List<TableName> names(Session target, String sql, Object... parameters) {
        return target.query(sql, row -> TableName.of(row.getString(1), row.getString(2)), parameters);
    }
}
