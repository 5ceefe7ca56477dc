package godwit.postgres.catalog;

import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.List;

/** Reads foreign keys; those that a partition has from its parent come with the parent's. */
final class ForeignKeyReader implements KindReader {
    private static final String KEYS = """
            SELECT k.oid, k.conname AS key, n.nspname AS schema, c.relname AS name, c.oid AS relation,
                   c.relkind = 'p' AS partitioned, pg_get_constraintdef(k.oid) AS definition
            FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE k.contype = 'f' AND k.conparentid = 0 AND %s
            ORDER BY n.nspname, c.relname, k.conname
            """.formatted(Catalog.USERS_SCHEMA);

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(KEYS, row -> key(catalog, row));
    }

    private static Draft key(Catalog catalog, Row row) throws SQLException {
        var table = row.name();
        var name = new Identifier(row.text("key"));
        // A partitioned table's key goes down to its partitions, so it cannot be added to the parent only.
        var only = row.flag("partitioned") ? "" : "ONLY ";
        var identity = name.name() + " on " + table.plain();
        var address = new Address("pg_constraint", row.number("oid"));
        return new Draft(address, "foreign key", identity, SchemaPhase.AFTER_CATCH_UP)
                .partOf(new Address("pg_class", row.number("relation")), table)
                .create("ALTER TABLE " + only + table.sql() + " ADD CONSTRAINT " + name.sql() + " "
                        + row.sql("definition"))
                .drop("ALTER TABLE IF EXISTS " + table.sql() + " DROP CONSTRAINT IF EXISTS " + name.sql())
                .comment(catalog, "CONSTRAINT " + name.sql() + " ON " + table.sql());
    }
}
