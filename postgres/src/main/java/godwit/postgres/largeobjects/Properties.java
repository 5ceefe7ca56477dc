package godwit.postgres.largeobjects;

import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The owner, the privileges and the comment of a large object. */
record Properties(Identifier owner, List<Grant> grants, Optional<String> comment) {
    private static final String OWNERS = """
            SELECT m.oid::bigint, pg_get_userbyid(m.lomowner), d.description
            FROM pg_catalog.pg_largeobject_metadata m
            LEFT JOIN pg_catalog.pg_description d
              ON d.objoid = m.oid AND d.classoid = 'pg_catalog.pg_largeobject'::regclass
            WHERE m.oid = ANY (?::bigint[]::oid[])""";

    private static final String GRANTS = """
            SELECT m.oid::bigint, pg_get_userbyid(x.grantor), x.grantor = m.lomowner,
                   CASE WHEN x.grantee <> 0 THEN pg_get_userbyid(x.grantee) END, x.privilege_type, x.is_grantable
            FROM pg_catalog.pg_largeobject_metadata m
            CROSS JOIN LATERAL aclexplode(coalesce(m.lomacl, acldefault('L', m.lomowner))) x
            WHERE m.oid = ANY (?::bigint[]::oid[])
            ORDER BY 3 DESC, x.is_grantable DESC, 2, 4 NULLS FIRST, 5""";

    /** One privilege of one role, or of all when there is none. */
    record Grant(
            Identifier grantor, boolean byOwner, Optional<Identifier> grantee, String privilege, boolean mayGrant) {
        String to() {
            return grantee.map(Identifier::sql).orElse("PUBLIC");
        }

        /** As its grantor gives it, since the server keeps who that was. */
        String sql(long oid) {
            var right = privilege.equals("SELECT") ? "SELECT" : "UPDATE";
            var grant = "GRANT " + right + " ON LARGE OBJECT " + oid + " TO " + to()
                    + (mayGrant && grantee.isPresent() ? " WITH GRANT OPTION; " : "; ");
            return byOwner ? grant : "SET LOCAL ROLE " + grantor.sql() + "; " + grant + "RESET ROLE; ";
        }
    }

    private record Granted(long oid, Grant grant) {}

    static Map<Long, Properties> read(Session session, List<Long> oids) {
        var grants = session.query(GRANTS, Properties::granted, Listing.array(oids)).stream()
                .collect(Collectors.groupingBy(
                        Granted::oid, Collectors.mapping(Granted::grant, Collectors.toUnmodifiableList())));
        record Owned(long oid, Properties properties) {}
        return session
                .query(
                        OWNERS,
                        row -> new Owned(
                                row.getLong(1),
                                new Properties(
                                        new Identifier(row.getString(2)),
                                        grants.getOrDefault(row.getLong(1), List.of()),
                                        Optional.ofNullable(row.getString(3)))),
                        Listing.array(oids))
                .stream()
                .collect(Collectors.toMap(Owned::oid, Owned::properties));
    }

    private static Granted granted(ResultSet row) throws SQLException {
        return new Granted(
                row.getLong(1),
                new Grant(
                        new Identifier(row.getString(2)),
                        row.getBoolean(3),
                        Optional.ofNullable(row.getString(4)).map(Identifier::new),
                        row.getString(5),
                        row.getBoolean(6)));
    }

    /** The statements that give these to an object which has others. */
    String replacing(long oid, Properties others) {
        var sql = new StringBuilder();
        if (!owner.equals(others.owner)) {
            sql.append("ALTER LARGE OBJECT " + oid + " OWNER TO " + owner.sql() + "; ");
        }
        if (!owner.equals(others.owner) || !grants.equals(others.grants)) {
            for (var holder : others.holders(owner)) {
                sql.append("REVOKE ALL ON LARGE OBJECT " + oid + " FROM " + holder + " CASCADE; ");
            }
            grants.forEach(grant -> sql.append(grant.sql(oid)));
        }
        return sql + "COMMENT ON LARGE OBJECT " + oid + " IS "
                + comment.map(text -> new Literal(text).sql()).orElse("NULL") + "; ";
    }

    /** Who may hold something once the object has this owner, to whom the old owner's rights go. */
    private Set<String> holders(Identifier newOwner) {
        var all = new LinkedHashSet<>(Set.of(newOwner.sql()));
        grants.forEach(grant -> all.add(grant.to()));
        return all;
    }
}
