package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What the servers say of a run that nobody follows.
 *
 * @param logs of both sides that have a slot of the run and answer
 * @param unanswered why a side could not be asked
 */
public record Unattended(List<LogGrowth> logs, List<Problem> unanswered) {
    private static final Duration BETWEEN = Duration.ofMillis(500);

    public Unattended {
        logs = List.copyOf(logs);
        unanswered = List.copyOf(unanswered);
    }

    /** Of a run that is followed, whose worker tells. */
    public static Unattended no() {
        return new Unattended(List.of(), List.of());
    }

    /** Reads both sides twice, with a moment between the readings. */
    static Unattended measure(MoveContext context) {
        try (var sides = new Sides(context)) {
            var first = sides.read();
            if (!first.isEmpty()) {
                Patience.pause(BETWEEN);
            }
            var second = sides.read();
            var all = new ArrayList<LogGrowth>();
            first.forEach((side, before) -> {
                if (second.get(side) instanceof Backlog now) {
                    all.add(growth(side, before, now));
                }
            });
            return new Unattended(all, List.copyOf(sides.unanswered.values()));
        }
    }

    private static LogGrowth growth(Side side, Backlog before, Backlog now) {
        var seconds = (now.nanos() - before.nanos()) / (double) TimeUnit.SECONDS.toNanos(1);
        var grown = now.writtenBytes() - before.writtenBytes();
        return new LogGrowth(side, now.keptBytes(), now.lagBytes(), (long) (grown / seconds));
    }

    /** The log of a side; empty when it has none for the run, and when it does not answer. */
    public Optional<LogGrowth> of(Side side) {
        return logs.stream().filter(log -> log.side() == side).findFirst();
    }

    /** One session in each side that answers; a side that does not is asked only once. */
    private static final class Sides implements AutoCloseable {
        final Map<Side, Problem> unanswered = new EnumMap<>(Side.class);
        private final MoveContext context;
        private final Map<Side, Session> open = new EnumMap<>(Side.class);

        Sides(MoveContext context) {
            this.context = context;
            for (var side : Side.values()) {
                try {
                    open.put(side, context.openBriefly(side, "status"));
                } catch (GodwitException e) {
                    unanswered.put(side, e.problem());
                }
            }
        }

        Map<Side, Backlog> read() {
            var readings = new EnumMap<Side, Backlog>(Side.class);
            open.forEach((side, session) -> {
                try {
                    Backlog.read(session, context.streamName(side), applied(side))
                            .ifPresent(reading -> readings.put(side, reading));
                } catch (GodwitException e) {
                    unanswered.put(side, e.problem());
                }
            });
            return readings;
        }

        private Lsn applied(Side from) {
            var other = open.get(from.other());
            return other == null ? Lsn.ZERO : Backlog.applied(other, context, from);
        }

        @Override
        public void close() {
            open.values().forEach(Session::close);
        }
    }
}
