package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Side;
import java.time.Duration;

/**
 * Notices streams whose connection is dead although neither end was told, as when a network drops packets.
 *
 * <p>The reader answers the server every second whatever it does, so a server that has heard nothing for long has
 * nobody at the other end. Its process is ended, because it would keep the slot from whoever comes next; only the one
 * that has the slot, since the server may have given the number of one that is gone to somebody else.
 */
final class SilentConnections {
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private static final String SILENT = """
            SELECT count(*) = 0 FROM pg_catalog.pg_replication_slots s
            CROSS JOIN LATERAL pg_catalog.pg_stat_get_activity(s.active_pid) a
            LEFT JOIN pg_catalog.pg_stat_replication r ON r.pid = a.pid
            WHERE s.slot_name = ? AND s.active_pid = ? AND greatest(r.reply_time, a.backend_start) > clock_timestamp() - ? * interval '1 millisecond'""";

    private static final String END = """
            SELECT pg_catalog.pg_terminate_backend(active_pid) FROM pg_catalog.pg_replication_slots
            WHERE slot_name = ? AND active_pid = ?""";

    private final MoveContext context;
    private final Duration limit;
    private long lookedAt = System.nanoTime();

    /** @param limit how long a reader may be silent */
    SilentConnections(MoveContext context, Duration limit) {
        this.context = context;
        this.limit = limit;
    }

    boolean isDue() {
        return System.nanoTime() - lookedAt > INTERVAL.toNanos();
    }

    void requireNone(Streams streams) {
        lookedAt = System.nanoTime();
        for (var side : Side.values()) {
            if (streams.isOpen(side)) {
                requireHeard(side, streams.from(side).readerPid());
            }
        }
    }

    /** Throws, with the server's process ended, when a server has not heard of its reader for too long. */
    void requireHeard(Side side, int pid) {
        try (var session = context.look(side)) {
            var slot = context.streamName(side);
            if (!session.is(SILENT, slot, pid, limit.toMillis())) {
                return;
            }
            session.is(END, slot, pid);
        }
        var problem = Problem.of(
                "connection-silent",
                "The %s has not heard of its reader for %d s: the connection is dead."
                        .formatted(side.word(), limit.toSeconds()),
                "A new one is opened.");
        throw new GodwitException(problem, Retry.LATER, new IllegalStateException("silent"));
    }
}
