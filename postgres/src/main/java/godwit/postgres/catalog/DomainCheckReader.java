package godwit.postgres.catalog;

import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.List;

/** Reads the checks of domains: one by one, since a check may call a function that takes the domain. */
final class DomainCheckReader implements KindReader {
    private static final String CHECKS = """
            SELECT c.oid, c.conname AS check, n.nspname AS schema, t.typname AS name, t.oid AS domain,
                   pg_get_constraintdef(c.oid) AS definition, c.convalidated AS valid
            FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_type t ON t.oid = c.contypid
            JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE c.contype = 'c' AND %s
            ORDER BY n.nspname, t.typname, c.conname
            """.formatted(Catalog.USERS_SCHEMA);

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(CHECKS, row -> check(catalog, row));
    }

    private static Draft check(Catalog catalog, Row row) throws SQLException {
        var check = new Identifier(row.text("check"));
        var domain = row.name();
        // A check that is not valid may be broken by values that exist, so it has to wait for them.
        var phase = row.flag("valid") ? SchemaPhase.BEFORE_DATA : SchemaPhase.AFTER_TABLES;
        var identity = check.name() + " of " + domain.plain();
        return new Draft(new Address("pg_constraint", row.number("oid")), "domain check", identity, phase)
                .needs(new Address("pg_type", row.number("domain")))
                .create("ALTER DOMAIN " + domain.sql() + " ADD CONSTRAINT " + check.sql() + " " + row.sql("definition"))
                .drop("ALTER DOMAIN " + domain.sql() + " DROP CONSTRAINT IF EXISTS " + check.sql())
                .comment(catalog, "CONSTRAINT " + check.sql() + " ON DOMAIN " + domain.sql());
    }
}
