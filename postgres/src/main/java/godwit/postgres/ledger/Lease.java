package godwit.postgres.ledger;

import godwit.postgres.Session;
import java.time.OffsetDateTime;
import java.util.Optional;
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

    /** Notes whose lease it is, for people. */
    public static void sign(Session session, UUID run, Holder holder) {
        session.execute("""
                INSERT INTO godwit.worker (run, host, process, doing, session) VALUES (?, ?, ?, ?, pg_backend_pid())
                ON CONFLICT (run) DO UPDATE SET host = excluded.host, process = excluded.process,
                  doing = excluded.doing, session = excluded.session, since = clock_timestamp()""", run, holder.host(), holder.process(), holder.doing());
    }

    /** Who holds the lease. */
    public static Optional<Holder> holder(Session session, UUID run) {
        return session.first(
                """
                SELECT coalesce(w.host, ''), coalesce(w.process, 0), coalesce(w.doing, ''), l.pid, coalesce(w.since, now())
                FROM pg_locks l LEFT JOIN godwit.worker w ON w.run = ? AND w.session = l.pid
                WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND l.classid = ((?::bigint >> 32) & 4294967295)::oid AND l.objid = (?::bigint & 4294967295)::oid""",
                row -> new Holder(
                        row.getString(1),
                        row.getLong(2),
                        row.getString(3),
                        row.getInt(4),
                        row.getObject(5, OffsetDateTime.class).toInstant()),
                run,
                key(run),
                key(run));
    }

    private static long key(UUID run) {
        return run.getMostSignificantBits() ^ Long.rotateLeft(run.getLeastSignificantBits(), 31);
    }
}
