package godwit.postgres.largeobjects;

import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;

/** Whether Godwit's role may read the contents of large objects. */
final class ObjectAccess {
    private ObjectAccess() {}

    static boolean isGiven(Session session) {
        return session.is(
                "SELECT pg_catalog.has_table_privilege('pg_catalog.pg_largeobject'::pg_catalog.regclass, 'SELECT')");
    }

    static void require(Session session, Side side) {
        if (!isGiven(session)) {
            throw problem(side).asException();
        }
    }

    static Problem problem(Side side) {
        return Problem.of(
                "large-objects-unreadable",
                "There are large objects, and Godwit's role may not read them on the %s.".formatted(side.word()),
                "GRANT SELECT ON pg_catalog.pg_largeobject TO it in that database, or write largeObjects: leave.");
    }
}
