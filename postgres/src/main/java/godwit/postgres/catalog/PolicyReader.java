package godwit.postgres.catalog;

import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Reads row security: its policies, and whether tables have it. */
final class PolicyReader implements KindReader {
    private static final String POLICIES = """
            SELECT p.oid, p.polname AS policy, n.nspname AS schema, c.relname AS name, c.oid AS relation,
                   p.polpermissive AS permissive, p.polcmd AS command,
                   ARRAY(SELECT pg_get_userbyid(r)::text FROM unnest(p.polroles) r WHERE r <> 0 ORDER BY 1) AS roles,
                   pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check
            FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE %s
            ORDER BY n.nspname, c.relname, p.polname
            """.formatted(Catalog.USERS_SCHEMA);

    private static final String SECURED = """
            SELECT c.oid AS relation, n.nspname AS schema, c.relname AS name, c.relrowsecurity AS enabled,
                   c.relforcerowsecurity AS forced
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE (c.relrowsecurity OR c.relforcerowsecurity) AND c.relkind IN ('r', 'p') AND %s
            ORDER BY n.nspname, c.relname
            """.formatted(Catalog.USERS_SCHEMA);

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        var drafts = new ArrayList<Draft>();
        drafts.addAll(catalog.list(POLICIES, row -> policy(catalog, row)));
        drafts.addAll(catalog.list(SECURED, PolicyReader::secured));
        return drafts;
    }

    private static Draft policy(Catalog catalog, Row row) throws SQLException {
        var table = row.name();
        var name = new Identifier(row.text("policy"));
        var address = new Address("pg_policy", row.number("oid"));
        var identity = name.name() + " on " + table.plain();
        var draft = new Draft(address, "policy", identity, SchemaPhase.AFTER_CATCH_UP)
                .partOf(new Address("pg_class", row.number("relation")), table);
        var roles = row.list("roles").isEmpty()
                ? "PUBLIC"
                : row.list("roles").stream().map(draft::role).collect(Collectors.joining(", "));
        var using = row.sqlIfAny("using").map(text -> " USING (" + text + ")").orElse("");
        var check =
                row.sqlIfAny("check").map(text -> " WITH CHECK (" + text + ")").orElse("");
        return draft.create("CREATE POLICY " + name.sql() + " ON " + table.sql()
                        + (row.flag("permissive") ? "" : " AS RESTRICTIVE") + " FOR " + command(row.text("command"))
                        + " TO " + roles + using + check)
                .drop("DROP POLICY IF EXISTS " + name.sql() + " ON " + table.sql())
                .comment(catalog, "POLICY " + name.sql() + " ON " + table.sql());
    }

    private static Draft secured(Row row) throws SQLException {
        var table = row.name();
        var relation = new Address("pg_class", row.number("relation"));
        var address = new Address("row security", relation.oid());
        var draft = new Draft(address, "row security", table.plain(), SchemaPhase.AFTER_CATCH_UP)
                .partOf(relation, table)
                .drop("ALTER TABLE IF EXISTS " + table.sql()
                        + " DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY");
        if (row.flag("enabled")) {
            draft.create("ALTER TABLE " + table.sql() + " ENABLE ROW LEVEL SECURITY");
        }
        if (row.flag("forced")) {
            draft.create("ALTER TABLE " + table.sql() + " FORCE ROW LEVEL SECURITY");
        }
        return draft;
    }

    private static String command(String letter) {
        return switch (letter) {
            case "r" -> "SELECT";
            case "a" -> "INSERT";
            case "w" -> "UPDATE";
            case "d" -> "DELETE";
            default -> "ALL";
        };
    }
}
