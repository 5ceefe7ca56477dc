package godwit.postgres.ledger;

import godwit.postgres.Session;
import java.util.UUID;

/**
 * The right to be a run's worker: a session advisory lock in the target, which ends with the session that holds it,
 * however that dies.
 */
public final class Lease implements AutoCloseable {
    private final Session session;

    private Lease(Session session) {
        this.session = session;
    }

    /** Tries to take the lease with a session of its own, which is closed with the lease. */
    public static boolean tryTake(Session session, UUID run) {
        return session.is("SELECT pg_try_advisory_lock(?)", key(run));
    }

    /** The process that holds the lease; 0 when nobody does. */
    public static long holder(Session session, UUID run) {
        return session.number(
                """
                SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND classid = ((?::bigint >> 32) & 4294967295)::oid AND objid = (?::bigint & 4294967295)::oid""",
                key(run),
                key(run));
    }

    private static long key(UUID run) {
        return run.getMostSignificantBits() ^ Long.rotateLeft(run.getLeastSignificantBits(), 31);
    }

    /** A lease that is held by a session. */
    public static Lease on(Session session) {
        return new Lease(session);
    }

    @Override
    public void close() {
        session.close();
    }
}
