package godwit.postgres.largeobjects;

import godwit.postgres.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lists the large objects of a side with what tells them apart, read in the database.
 *
 * <p>An object may lack pages, and a page may be shorter than others allow: both read as zeros. So zeros at the end of
 * a page, and pages of nothing else, are left out of the hash, and the length is told beside it.
 */
final class Listing {
    /** The OIDs above which there is none. */
    static final long LAST = 4_294_967_295L;

    static final int PAGE_BYTES = 2048;

    /** The hash of a page and where it ends; the page's number is the hash's seed. */
    static final String PAGE = """
            SELECT l.loid, l.pageno, l.pageno * 2048::bigint + octet_length(l.data) AS ends,
                   CASE WHEN rtrim(l.data, '\\x00') = '' THEN 0
                        ELSE hashtextextended(rtrim(l.data, '\\x00')::text COLLATE "C", l.pageno) END AS hash
            FROM pg_catalog.pg_largeobject l
            """;

    /** Privileges as the server gives them to an object just made are told like those that nobody ever changed. */
    private static final String PROPERTIES = """
            SELECT m.oid, hashtextextended(concat_ws(E'\\n', pg_get_userbyid(m.lomowner),
                     CASE WHEN m.lomacl <> acldefault('L', m.lomowner) THEN (
                       SELECT coalesce(string_agg(concat_ws(' ', quote_ident(pg_get_userbyid(x.grantor)),
                                CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END,
                                x.privilege_type, x.is_grantable), E'\\n' ORDER BY x.grantor = m.lomowner DESC,
                                pg_get_userbyid(x.grantor)::text COLLATE "C", x.grantee <> 0,
                                pg_get_userbyid(x.grantee)::text COLLATE "C", x.privilege_type COLLATE "C"), 'nobody')
                       FROM aclexplode(m.lomacl) x) END,
                     (SELECT E'\\n' || d.description FROM pg_catalog.pg_description d
                      WHERE d.objoid = m.oid AND d.classoid = 'pg_catalog.pg_largeobject'::regclass)) COLLATE "C", 0)
                   AS hash
            FROM pg_catalog.pg_largeobject_metadata m
            """;

    private static final String LIST = """
            SELECT o.oid::bigint, coalesce(p.bytes, 0),
                   concat_ws(':', coalesce(p.bytes, 0), coalesce(p.hash, 0), o.hash)
            FROM (%1$s WHERE m.oid %2$s) o
            LEFT JOIN (SELECT loid, max(ends) AS bytes, sum(hash) AS hash FROM (%3$s WHERE l.loid %2$s) pages
                       GROUP BY loid) p ON p.loid = o.oid
            """;

    private static final String WITHIN = LIST.formatted(PROPERTIES, "BETWEEN ?::bigint::oid AND ?::bigint::oid", PAGE);
    private static final String NAMED = LIST.formatted(PROPERTIES, "= ANY (?::bigint[]::oid[])", PAGE);

    private Listing() {}

    static boolean isEmpty(Session session) {
        return session.is("SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata)");
    }

    /** Up to which OID there are so many objects from one on, or {@link #LAST}. */
    static long end(Session session, long from, int objectsMax) {
        return session.number("""
                SELECT CASE count(*) WHEN ? THEN max(o.oid::bigint) ELSE ? END FROM (
                  SELECT m.oid FROM pg_catalog.pg_largeobject_metadata m
                  WHERE m.oid >= ?::bigint::oid ORDER BY m.oid LIMIT ?) o""", objectsMax, LAST, from, objectsMax);
    }

    /** The objects with OIDs from one to another, both included. */
    static Map<Long, LargeObject> within(Session session, long from, long to) {
        return byOid(session, WITHIN, from, to, from, to);
    }

    static Map<Long, LargeObject> named(Session session, List<Long> oids) {
        var array = array(oids);
        return byOid(session, NAMED, array, array);
    }

    static List<Long> oids(Session session, long from, long to) {
        return session.query("""
                SELECT m.oid::bigint FROM pg_catalog.pg_largeobject_metadata m
                WHERE m.oid BETWEEN ?::bigint::oid AND ?::bigint::oid""", row -> row.getLong(1), from, to);
    }

    /** Which of these there are. */
    static List<Long> existing(Session session, List<Long> oids) {
        return session.query(
                "SELECT m.oid::bigint FROM pg_catalog.pg_largeobject_metadata m"
                        + " WHERE m.oid = ANY (?::bigint[]::oid[]) ORDER BY 1",
                row -> row.getLong(1),
                array(oids));
    }

    /** The hash of each object's owner, privileges and comment. */
    static Map<Long, String> properties(Session session, List<Long> oids) {
        return properties(session, " WHERE m.oid = ANY (?::bigint[]::oid[])", array(oids));
    }

    /** The same of the objects with OIDs from one to another. */
    static Map<Long, String> properties(Session session, long from, long to) {
        return properties(session, " WHERE m.oid BETWEEN ?::bigint::oid AND ?::bigint::oid", from, to);
    }

    private static Map<Long, String> properties(Session session, String where, Object... parameters) {
        var found = new HashMap<Long, String>();
        session.query(PROPERTIES + where, row -> found.put(row.getLong(1), row.getString(2)), parameters);
        return found;
    }

    /** OIDs as a parameter. */
    static Object array(List<Long> oids) {
        return oids.toArray(Long[]::new);
    }

    /** Each range is found by the index: a scan of the whole table for each would take ever longer. */
    private static Map<Long, LargeObject> byOid(Session session, String sql, Object... parameters) {
        var all = new HashMap<Long, LargeObject>();
        session.transaction(s -> {
                    s.execute("SET LOCAL enable_seqscan = off");
                    return s.query(sql, Listing::object, parameters);
                })
                .forEach(object -> all.put(object.oid(), object));
        return all;
    }

    private static LargeObject object(ResultSet row) throws SQLException {
        return new LargeObject(row.getLong(1), row.getLong(2), row.getString(3));
    }
}
