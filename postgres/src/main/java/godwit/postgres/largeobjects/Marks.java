package godwit.postgres.largeobjects;

import godwit.postgres.Session;
import java.util.HashSet;
import java.util.Set;

/**
 * A moment on each side: what is written later can be told from what was there, without reading it.
 *
 * <p>A page that was written by a transaction which ended after the moment has an {@code xmin} that is not older than
 * the oldest transaction which was running then. Each way to change the contents of an object writes a page, cutting it
 * off included, and who makes an object, also one that was unlinked just before, writes its metadata. What is unlinked,
 * and owners, privileges and comments, are looked at by themselves. Transaction ids are compared as the server does,
 * across their wraparound (PostgreSQL manual, 25.1.5): a page that is older than two billion transactions can seem
 * young, but none that is young seems old.
 */
public record Marks(long leader, long follower) {
    private static final int CHANGED_MAX = 1_000_000;

    private static final String CHANGED = """
            SELECT l.loid::bigint FROM pg_catalog.pg_largeobject l
            WHERE (l.xmin::text::bigint - ? & 4294967295) < 2147483648
            UNION SELECT m.oid::bigint FROM pg_catalog.pg_largeobject_metadata m
            WHERE (m.xmin::text::bigint - ? & 4294967295) < 2147483648 LIMIT ?""";

    /** The moment that it is now. */
    public static Marks of(Sides sides) {
        return new Marks(mark(sides.leader()), mark(sides.follower()));
    }

    private static long mark(Session session) {
        return session.number("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint");
    }

    /** The objects that were made or have pages written since; so many at most. */
    static Set<Long> changed(Session session, long mark) {
        return new HashSet<>(session.query(CHANGED, row -> row.getLong(1), mark, mark, CHANGED_MAX));
    }

    /** Whether these may be not all that have changed. */
    static boolean areTooMany(Set<Long> changed) {
        return changed.size() >= CHANGED_MAX;
    }
}
