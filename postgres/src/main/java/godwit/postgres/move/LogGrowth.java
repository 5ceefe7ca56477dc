package godwit.postgres.move;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How much log a side keeps for a run, and how fast it becomes more.
 *
 * @param side the side that keeps it
 * @param keptBytes what its slot keeps now
 * @param bytesPerSecond how fast the side writes log, from two readings
 */
public record LogGrowth(Side side, long keptBytes, long bytesPerSecond) {
    private static final Duration BETWEEN = Duration.ofMillis(500);

    private static final String READ = """
            SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)::bigint,
              pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint
            FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = ?""";

    private record Reading(long kept, long written, long nanos) {}

    /** Both sides that have a slot of the run and answer; two readings with a moment between them. */
    static List<LogGrowth> measure(MoveContext context) {
        var first = read(context);
        Patience.pause(BETWEEN);
        var second = read(context);
        var all = new ArrayList<LogGrowth>();
        first.forEach((side, before) -> {
            var now = second.get(side);
            if (now != null) {
                var seconds = (now.nanos() - before.nanos()) / (double) TimeUnit.SECONDS.toNanos(1);
                all.add(new LogGrowth(side, now.kept(), (long) ((now.written() - before.written()) / seconds)));
            }
        });
        return List.copyOf(all);
    }

    private static Map<Side, Reading> read(MoveContext context) {
        var readings = new LinkedHashMap<Side, Reading>();
        for (var side : Side.values()) {
            reading(context, side).ifPresent(reading -> readings.put(side, reading));
        }
        return readings;
    }

    /** Empty for a side without a slot, and for one that does not answer, which the journal tells. */
    private static Optional<Reading> reading(MoveContext context, Side side) {
        try (var session = context.open(side, "status")) {
            return reading(session, context.streamName(side));
        } catch (GodwitException unanswered) {
            return Optional.empty();
        }
    }

    private static Optional<Reading> reading(Session session, String slot) {
        return session.first(READ, row -> new Reading(row.getLong(1), row.getLong(2), System.nanoTime()), slot);
    }

    /** As it is shown in JSON. */
    public Map<String, Object> report() {
        return Map.of("side", side.word(), "keptBytes", keptBytes, "bytesPerSecond", bytesPerSecond);
    }
}
