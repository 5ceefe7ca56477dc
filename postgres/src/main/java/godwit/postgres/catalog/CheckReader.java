package godwit.postgres.catalog;

import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.List;

/** Reads the checks of tables, and NOT NULL constraints that are not valid. */
final class CheckReader implements KindReader {
    /**
     * An inherited check comes with its parent's. A partition must be attached before its parent has the check, which
     * then goes down to it; attached later it would have to have it already.
     */
    private static final String CHECKS = """
            SELECT k.oid, k.conname AS check, n.nspname AS schema, c.relname AS name, c.oid AS relation,
                   pg_get_constraintdef(k.oid) AS definition, k.convalidated AS valid,
                   ARRAY(SELECT t.relid::oid::text FROM pg_catalog.pg_partition_tree(c.oid) t
                         WHERE t.relid <> c.oid) AS partitions,
                   EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid) AS "hasChildren"
            FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE (k.contype = 'c' OR k.contype = 'n' AND NOT k.convalidated) AND k.conislocal
              AND c.relkind IN ('r', 'p') AND %s
            ORDER BY n.nspname, c.relname, k.conname
            """.formatted(Catalog.USERS_SCHEMA);

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(CHECKS, row -> check(catalog, row));
    }

    private static Draft check(Catalog catalog, Row row) throws SQLException {
        var table = row.name();
        var name = new Identifier(row.text("check"));
        var later = row.flag("hasChildren") ? SchemaPhase.AFTER_TABLES : SchemaPhase.AFTER_TABLE;
        var phase = row.flag("valid") ? SchemaPhase.BEFORE_DATA : later;
        var identity = name.name() + " on " + table.plain();
        var draft = new Draft(new Address("pg_constraint", row.number("oid")), "check", identity, phase)
                .partOf(new Address("pg_class", row.number("relation")), table)
                .create("ALTER TABLE " + table.sql() + " ADD CONSTRAINT " + name.sql() + " " + row.sql("definition"))
                .drop("ALTER TABLE IF EXISTS " + table.sql() + " DROP CONSTRAINT IF EXISTS " + name.sql())
                .comment(catalog, "CONSTRAINT " + name.sql() + " ON " + table.sql());
        row.list("partitions").forEach(oid -> draft.needs(new Address("pg_class", Long.parseLong(oid))));
        return draft;
    }
}
