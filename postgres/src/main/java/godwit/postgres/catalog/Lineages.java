package godwit.postgres.catalog;

import godwit.move.MoveSpec.TableSelection;
import godwit.postgres.Session;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What each partition of a database is a partition of, at any depth, as the catalog has it at this moment.
 *
 * <p>Children by classic inheritance are tables of their own and follow nobody.
 */
public final class Lineages {
    private static final String ANCESTORS = """
            SELECT n.nspname, c.relname, an.nspname, ac.relname
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL pg_catalog.pg_partition_ancestors(c.oid) AS a(id)
            JOIN pg_catalog.pg_class ac ON ac.oid = a.id JOIN pg_catalog.pg_namespace an ON an.oid = ac.relnamespace
            WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') AND a.id <> c.oid""";

    private final Map<TableName, List<TableName>> ancestors = new HashMap<>();

    private Lineages() {}

    public static Lineages read(Session session) {
        var read = new Lineages();
        session.query(
                ANCESTORS,
                row -> read.ancestors
                        .computeIfAbsent(TableName.of(row.getString(1), row.getString(2)), table -> new ArrayList<>())
                        .add(TableName.of(row.getString(3), row.getString(4))));
        return read;
    }

    /** A table and all that it is a partition of. */
    public List<TableName> of(TableName table) {
        var all = new ArrayList<TableName>(List.of(table));
        all.addAll(ancestors.getOrDefault(table, List.of()));
        return all;
    }

    /** Whether a table goes along, by its own name or by that of a table that it is a partition of. */
    public Predicate<TableName> taken(TableSelection selection) {
        return table -> selection.takes(of(table));
    }
}
