package godwit.postgres.ledger;

import godwit.postgres.Session;
import java.util.UUID;

/**
 * The right to be a run's worker: a session advisory lock in the target, which ends with the session that holds it,
 * however that dies.
 */
public final class Lease {
    private Lease() {}

    /** Tries to take the lease with a session of its own; it is given up when that session ends. */
    public static boolean tryTake(Session session, UUID run) {
        return session.is("SELECT pg_try_advisory_lock(?)", key(run));
    }

    /** The process that holds the lease; 0 when nobody does. */
    public static long holder(Session session, UUID run) {
        return session.number("""
                SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND classid = ((?::bigint >> 32) & 4294967295)::oid AND objid = (?::bigint & 4294967295)::oid""", key(run), key(run));
    }

    private static long key(UUID run) {
        return run.getMostSignificantBits() ^ Long.rotateLeft(run.getLeastSignificantBits(), 31);
    }
}
