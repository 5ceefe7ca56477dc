package godwit.postgres.catalog;

import godwit.postgres.catalog.Privileges.Difference;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the privileges that objects still to be made will have. */
final class DefaultPrivilegeReader implements KindReader {
    /** Those of one schema add to those of all schemas; those of all schemas stand in place of the server's own. */
    private static final String DEFAULTS = """
            SELECT d.oid, pg_get_userbyid(d.defaclrole) AS role, n.nspname AS schema, d.defaclobjtype AS type, given,
                   is_grantable AS grantable, CASE WHEN grantee <> 0 THEN pg_get_userbyid(grantee) END AS grantee,
                   array_agg(privilege_type::text ORDER BY privilege_type) AS privileges
            FROM pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
            CROSS JOIN LATERAL (SELECT CASE WHEN d.defaclnamespace <> 0 THEN acldefault('c', d.defaclrole)
                                       ELSE acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's'
                                                       ELSE d.defaclobjtype END::"char", d.defaclrole) END AS acl) base
            CROSS JOIN LATERAL (
                (SELECT true AS given, * FROM aclexplode(d.defaclacl) EXCEPT SELECT true, * FROM aclexplode(base.acl))
                UNION ALL
                (SELECT false, * FROM aclexplode(base.acl) EXCEPT SELECT false, * FROM aclexplode(d.defaclacl))) x
            WHERE n.nspname IS NULL OR\s""" + Catalog.USERS_SCHEMA + """
            GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 2, 3 NULLS FIRST, 4, given, grantable DESC, 7 NULLS FIRST
            """;

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        var drafts = new LinkedHashMap<Long, Draft>();
        catalog.list(DEFAULTS, row -> add(row, drafts));
        return List.copyOf(drafts.values());
    }

    private static Draft add(Row row, Map<Long, Draft> drafts) throws SQLException {
        var oid = row.number("oid");
        var role = new Identifier(row.text("role"));
        var schema = row.maybe("schema").map(Identifier::new);
        var objects = objects(row.text("type"));
        var where = schema.map(name -> " IN SCHEMA " + name.sql()).orElse("");
        var identity = objects + " by " + role.name()
                + schema.map(name -> " in " + name.name()).orElse("");
        var draft = drafts.computeIfAbsent(
                oid,
                key -> new Draft(
                        new Address("pg_default_acl", key),
                        "default privileges",
                        identity,
                        SchemaPhase.AFTER_CATCH_UP));
        var change = "ALTER DEFAULT PRIVILEGES FOR ROLE " + draft.actor(role.name()) + where + " ";
        var difference = new Difference(
                draft.address(),
                0,
                row.flag("given"),
                row.flag("grantable"),
                true,
                role.name(),
                row.maybe("grantee").stream().toList(),
                row.sqlList("privileges"));
        difference.grantee().forEach(draft::role);
        draft.create(change + difference.statement(objects, List.of()));
        draft.dropFirst(change + difference.opposite().statement(objects, List.of()));
        return draft.before(Restoring.defaultPrivileges(
                role,
                schema,
                new Literal(row.text("type")),
                objects,
                draft.object().drop()));
    }

    private static String objects(String letter) {
        return switch (letter) {
            case "S" -> "SEQUENCES";
            case "f" -> "FUNCTIONS";
            case "T" -> "TYPES";
            case "n" -> "SCHEMAS";
            case "L" -> "LARGE OBJECTS";
            default -> "TABLES";
        };
    }
}
