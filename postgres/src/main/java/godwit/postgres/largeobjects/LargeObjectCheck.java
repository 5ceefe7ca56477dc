package godwit.postgres.largeobjects;

import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;
import java.util.ArrayList;
import java.util.List;

/** Finds, before anything is changed, why the source's large objects could not be carried. */
public final class LargeObjectCheck {
    private static final int NAMED_MAX = 100;

    /** To give an object to a role takes more than to act for it (PostgreSQL 16 and later: SET). */
    private static final String NOT_ALLOWED = """
            SELECT quote_ident(r.rolname) FROM pg_catalog.pg_roles r
            WHERE r.rolname = ANY (?::text[]) AND NOT (pg_has_role(r.oid, 'USAGE') AND pg_has_role(r.oid, %s))
            ORDER BY 1""";

    private final Session source;
    private final Session target;

    public LargeObjectCheck(Session source, Session target) {
        this.source = source;
        this.target = target;
    }

    /** The roles that own the source's objects, grant on them, or may use them. */
    public List<String> roles() {
        return source.query("""
                SELECT DISTINCT pg_get_userbyid(r.role) FROM pg_catalog.pg_largeobject_metadata m
                CROSS JOIN LATERAL (SELECT m.lomowner UNION ALL SELECT unnest(ARRAY[x.grantor, x.grantee])
                                    FROM aclexplode(m.lomacl) x) AS r (role)
                WHERE r.role <> 0 ORDER BY 1""", row -> row.getString(1));
    }

    /** @param written the sides on which Godwit is going to write them */
    public List<Problem> problems(List<Side> written) {
        var problems = new ArrayList<Problem>();
        unreadable(source, Side.SOURCE, problems);
        unreadable(target, Side.TARGET, problems);
        for (var side : written) {
            owners(side, problems);
        }
        for (var session : List.of(source, target)) {
            if (session.number("SHOW block_size") != 8192) {
                problems.add(Problem.of(
                        "large-objects-not-carried",
                        "There are large objects, and a server was built with blocks of another size than 8192 bytes.",
                        "Write largeObjects: leave and carry them by hand."));
            }
        }
        present(problems);
        return problems;
    }

    private static void unreadable(Session session, Side side, List<Problem> problems) {
        if (!ObjectAccess.isGiven(session)) {
            problems.add(ObjectAccess.problem(side).withObjects(List.of(side.word())));
        }
    }

    private void owners(Side side, List<Problem> problems) {
        var session = side == Side.SOURCE ? source : target;
        var right = session.number("SHOW server_version_num") >= 160000 ? "'SET'" : "'MEMBER'";
        var owners = source.query(
                "SELECT DISTINCT pg_get_userbyid(lomowner) FROM pg_catalog.pg_largeobject_metadata",
                row -> row.getString(1));
        var found = session.query(
                NOT_ALLOWED.formatted(right), row -> row.getString(1), (Object) owners.toArray(String[]::new));
        if (!found.isEmpty()) {
            problems.add(Problem.of(
                            "large-objects-owner",
                            "Godwit's role on the %s may not act for %d of the roles that own large objects."
                                    .formatted(side.word(), found.size()),
                            "GRANT those roles to it there, or write largeObjects: leave.")
                    .withObjects(found));
        }
    }

    /** An OID is all that an object is known by. */
    private void present(List<Problem> problems) {
        var there = new ArrayList<Long>();
        var from = 0L;
        while (from <= Listing.LAST && there.size() < NAMED_MAX) {
            var ends = Listing.end(source, from, 5_000);
            var oids = Listing.oids(source, from, ends);
            there.addAll(Listing.existing(target, oids));
            from = ends + 1;
        }
        if (!there.isEmpty()) {
            problems.add(Problem.of(
                            "large-object-exists",
                            "The target has large objects under OIDs that the source has too.",
                            "Remove them there (SELECT lo_unlink(OID)), or use an empty database.")
                    .withObjects(there.stream()
                            .limit(NAMED_MAX)
                            .map(oid -> "large object " + oid)
                            .toList()));
        }
    }
}
