package godwit.postgres;

import godwit.GodwitException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that no reading of ours keeps anybody waiting for a lock for long.
 *
 * <p>Whoever reads a table holds ACCESS SHARE on it: a TRUNCATE or ALTER TABLE waits for that, and behind it everybody who
 * comes later. When somebody has waited for longer than the limit and one of these sessions is in the way
 * (pg_blocking_pids), its statement is cancelled; if the same one waits for as long again, because the lock is held
 * beyond the statement or the server cannot get rid of the rows, the session is ended. What was read is read again by
 * whoever read it. A session is known by its process and by when that began: the server may give the process's number to
 * an application later. Sessions of Godwit itself are not waited for: they give up by their own lock_timeout.
 *
 * <p>A thread looks, from the limit on after the first session was added, at the server a few times in each limit.
 */
public final class YieldingReads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(YieldingReads.class);
    private static final int LOOKS_PER_LIMIT = 5;
    private static final long PAUSE_MILLIS_LEAST = 20;

    /** The sessions in the way, each with the milliseconds for which the most patient has waited. */
    private static final String IN_THE_WAY = """
            SELECT b.pid, max(extract(epoch FROM pg_catalog.clock_timestamp() - w.since) * 1000)::bigint
            FROM (SELECT l.pid, min(l.waitstart) AS since FROM pg_catalog.pg_locks l
                  JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid AND coalesce(a.application_name, '') !~ '^godwit '
                  WHERE NOT l.granted AND l.locktype = 'relation' GROUP BY l.pid) w
            CROSS JOIN LATERAL unnest(pg_catalog.pg_blocking_pids(w.pid)) AS b(pid)
            JOIN pg_catalog.pg_stat_activity r ON r.pid = b.pid AND r.application_name ~ '^godwit '
            JOIN unnest(?::int[], ?::numeric[]) AS reader(pid, began)
              ON reader.pid = r.pid AND reader.began = extract(epoch FROM r.backend_start)
            WHERE w.since < pg_catalog.clock_timestamp() - ? * interval '1 ms'
            GROUP BY b.pid""";

    private static final String BEGAN = """
            SELECT extract(epoch FROM a.backend_start)::text FROM pg_catalog.pg_stat_get_activity(pg_backend_pid()) a""";

    /** What was done to a session. */
    private enum Done {
        CANCELLED,
        ENDED
    }

    private record InTheWay(int pid, long waitedMillis) {}

    private final Database database;
    private final Duration limit;
    private final Map<Integer, String> readers = new ConcurrentHashMap<>();
    private final Map<Integer, Done> yielded = new ConcurrentHashMap<>();
    private @Nullable Thread thread;

    /** @param limit for how long anybody may wait for a lock because of these sessions */
    public YieldingReads(Database database, Duration limit) {
        this.database = database;
        this.limit = limit;
    }

    /** From now on a session yields, until it is ended. */
    public synchronized void add(Session reader) {
        reader.keepAlone();
        var pid = reader.pid();
        yielded.remove(pid);
        readers.put(pid, reader.text(BEGAN));
        if (thread == null) {
            thread = Thread.ofPlatform().name("godwit yields").daemon().start(this::watch);
        }
    }

    /** A session is ended: it is nobody's business any more who has its process's number. */
    public void remove(int reader) {
        readers.remove(reader);
    }

    /** Whether a session has yielded: what it was reading when it failed is to be read again. */
    public boolean hasYielded(int pid) {
        return yielded.containsKey(pid);
    }

    private void watch() {
        var pause = Math.max(PAUSE_MILLIS_LEAST, limit.toMillis() / LOOKS_PER_LIMIT);
        var session = (Session) null;
        for (pause(limit.toMillis()); isWatching(); pause(pause)) {
            try {
                session = session == null ? database.openBriefly("watch") : session;
                look(session);
            } catch (GodwitException e) {
                LOG.warn(
                        "whether readings are in the way could not be seen: {}",
                        e.problem().message());
                end(session);
                session = null;
            }
        }
        end(session);
    }

    private static void end(@Nullable Session session) {
        if (session != null) {
            session.abort();
        }
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private synchronized boolean isWatching() {
        return Thread.currentThread() == thread;
    }

    private void look(Session session) {
        for (var found : inTheWay(session)) {
            var before = yielded.get(found.pid());
            if (before == null || found.waitedMillis() < 2 * limit.toMillis()) {
                giveWay(session, found, Done.CANCELLED, "SELECT pg_catalog.pg_cancel_backend(?)");
            } else {
                giveWay(session, found, Done.ENDED, "SELECT pg_catalog.pg_terminate_backend(?)");
            }
        }
    }

    private List<InTheWay> inTheWay(Session session) {
        var known = Map.copyOf(readers);
        var pids = known.keySet().toArray(Integer[]::new);
        return session.query(
                IN_THE_WAY,
                row -> new InTheWay(row.getInt(1), row.getLong(2)),
                pids,
                Stream.of(pids).map(known::get).toArray(String[]::new),
                limit.toMillis());
    }

    private void giveWay(Session session, InTheWay found, Done done, String sql) {
        // Noted first: the reader may fail before this thread goes on.
        yielded.merge(found.pid(), done, (before, now) -> before == Done.ENDED ? before : now);
        LOG.info("a reading yields to somebody who has waited for {} ms ({})", found.waitedMillis(), done);
        session.is(sql, found.pid());
    }

    /** Watches no longer; sessions that are added later are watched again. */
    @Override
    public synchronized void close() {
        var watching = thread;
        thread = null;
        readers.clear();
        LockSupport.unpark(watching);
    }
}
