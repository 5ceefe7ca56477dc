package godwit.postgres.catalog;

import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.List;

/** Reads the rules that people made; the one that makes a view a view belongs to it. */
final class RuleReader implements KindReader {
    private static final String RULES = """
            SELECT r.oid, r.rulename AS rule, n.nspname AS schema, c.relname AS name, c.oid AS relation,
                   rtrim(pg_get_ruledef(r.oid), ';') AS definition, r.ev_enabled AS enabled
            FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE r.rulename <> '_RETURN' AND %s
            ORDER BY n.nspname, c.relname, r.rulename
            """.formatted(Catalog.USERS_SCHEMA);

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(RULES, row -> rule(catalog, row));
    }

    private static Draft rule(Catalog catalog, Row row) throws SQLException {
        var table = row.name();
        var name = new Identifier(row.text("rule"));
        var identity = name.name() + " on " + table.plain();
        var address = new Address("pg_rewrite", row.number("oid"));
        var draft = new Draft(address, "rule", identity, SchemaPhase.AFTER_CATCH_UP)
                .partOf(new Address("pg_class", row.number("relation")), table)
                .create(row.sql("definition"))
                .drop("DROP RULE IF EXISTS " + name.sql() + " ON " + table.sql());
        var enabled = row.text("enabled");
        if (!enabled.equals("O")) {
            draft.create("ALTER TABLE " + table.sql() + TriggerReader.state(enabled) + " RULE " + name.sql());
        }
        return draft.comment(catalog, "RULE " + name.sql() + " ON " + table.sql());
    }
}
