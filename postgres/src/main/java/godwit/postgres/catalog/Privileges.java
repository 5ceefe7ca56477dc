package godwit.postgres.catalog;

import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How the privileges on every object differ from those of an object just made.
 *
 * <p>The privileges of an object just made are those of its owner and PUBLIC by default; for members of extensions and
 * the schema public they are those that were recorded when they were made (PostgreSQL manual, 5.8 and pg_init_privs).
 */
final class Privileges {
    private static final String DIFFERENCES = """
            WITH held (catalog, oid, part, owner, acl, base) AS (
                SELECT 'pg_class', c.oid, 0, relowner, relacl,
                       acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner)
                FROM pg_catalog.pg_class c WHERE relacl IS NOT NULL
              UNION ALL
                SELECT 'pg_class', c.oid, attnum, relowner, attacl, acldefault('c', relowner)
                FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON attrelid = c.oid
                WHERE attacl IS NOT NULL AND NOT attisdropped
              UNION ALL
                SELECT 'pg_proc', oid, 0, proowner, proacl, acldefault('f', proowner)
                FROM pg_catalog.pg_proc WHERE proacl IS NOT NULL
              UNION ALL
                SELECT 'pg_type', oid, 0, typowner, typacl, acldefault('T', typowner)
                FROM pg_catalog.pg_type WHERE typacl IS NOT NULL
              UNION ALL
                SELECT 'pg_namespace', oid, 0, nspowner, nspacl, acldefault('n', nspowner)
                FROM pg_catalog.pg_namespace WHERE nspacl IS NOT NULL),
            made AS (
                SELECT catalog, oid, part, owner, acl, coalesce((
                           SELECT array_agg(makeaclitem(CASE x.grantee WHEN x.grantor THEN owner ELSE x.grantee END,
                                                        owner, x.privilege_type, x.is_grantable))
                           FROM pg_catalog.pg_init_privs i CROSS JOIN LATERAL aclexplode(i.initprivs) x
                           WHERE i.objoid = held.oid AND i.classoid = held.catalog::regclass
                             AND i.objsubid = held.part), base) AS base
                FROM held
                WHERE oid >= 16384 OR oid = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'public'))
            SELECT catalog, made.oid, part, given, is_grantable AS grantable, grantor = owner AS "byOwner",
                   pg_get_userbyid(grantor) AS grantor,
                   CASE WHEN grantee <> 0 THEN pg_get_userbyid(grantee) END AS grantee,
                   array_agg(privilege_type::text ORDER BY privilege_type) AS privileges
            FROM made CROSS JOIN LATERAL (
                (SELECT true AS given, * FROM aclexplode(acl) EXCEPT SELECT true, * FROM aclexplode(base))
                UNION ALL
                (SELECT false, * FROM aclexplode(base) EXCEPT SELECT false, * FROM aclexplode(acl))) AS difference
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
            ORDER BY catalog, made.oid, part, given, grantor = owner DESC, is_grantable DESC, 7, 8 NULLS FIRST
            """;

    /** One difference: privileges given to or taken from one role. */
    record Difference(
            Address address,
            long part,
            boolean given,
            boolean grantable,
            boolean byOwner,
            String grantor,
            List<String> grantee,
            List<String> privileges) {
        String role() {
            return grantee.stream()
                    .map(name -> new Identifier(name).sql())
                    .findFirst()
                    .orElse("PUBLIC");
        }

        /** The statement, for an object such as {@code TABLE "a"."b"}, on the columns named if any. */
        String statement(String object, List<String> columns) {
            var on = columns.isEmpty() ? "" : columns.stream().collect(Collectors.joining(", ", " (", ")"));
            var what = privileges.stream().map(privilege -> privilege + on).collect(Collectors.joining(", "));
            return given
                    ? "GRANT " + what + " ON " + object + " TO " + role() + (grantable ? " WITH GRANT OPTION" : "")
                    : "REVOKE " + what + " ON " + object + " FROM " + role();
        }

        /** What undoes it. */
        Difference opposite() {
            return new Difference(address, part, !given, grantable, byOwner, grantor, grantee, privileges);
        }

        /** The statement as its grantor gives it, since the server keeps who that was. */
        List<String> statements(String object, List<String> columns) {
            var statement = statement(object, columns);
            return byOwner
                    ? List.of(statement)
                    : List.of("SET ROLE " + new Identifier(grantor).sql(), statement, "RESET ROLE");
        }
    }

    private final Map<Address, List<Difference>> differences;

    private Privileges(Map<Address, List<Difference>> differences) {
        this.differences = differences;
    }

    static Privileges read(CatalogSession session) throws SQLException {
        return new Privileges(session.list(DIFFERENCES, Privileges::difference).stream()
                .collect(Collectors.groupingBy(Difference::address)));
    }

    /** The differences of an object and its columns: what is taken first, then what is given. */
    List<Difference> of(Address address) {
        return differences.getOrDefault(address, List.of());
    }

    private static Difference difference(Row row) throws SQLException {
        return new Difference(
                new Address(row.text("catalog"), row.number("oid")),
                row.number("part"),
                row.flag("given"),
                row.flag("grantable"),
                row.flag("byOwner"),
                row.text("grantor"),
                row.maybe("grantee").stream().toList(),
                row.sqlList("privileges"));
    }
}
