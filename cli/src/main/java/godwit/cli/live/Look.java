package godwit.cli.live;

import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.ledger.Holder;
import godwit.postgres.move.LogGrowth;
import godwit.postgres.move.MoveAccess;
import godwit.postgres.move.Unattended;
import godwit.run.Run;
import godwit.run.Steering;
import godwit.traffic.Writes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a run stands: what its worker told last and, where nobody follows it, what the servers say themselves.
 *
 * @param live by the names of {@code status --json}; what cannot be measured is {@code unknown} in it
 * @param worker who follows the run
 * @param measured nothing while somebody follows
 */
public record Look(
        Run run,
        Steering steering,
        Map<String, Object> live,
        Writes writes,
        Optional<Holder> worker,
        Unattended measured) {
    /** For people and scripts, instead of what nobody can tell now. */
    public static final String UNKNOWN = "unknown";

    /** What a worker tells of its own work, which is over with it. */
    private static final Set<String> DOINGS = Set.of("doing", "rowsPerSecond", "etaSeconds", "throttle", "wayBack");

    /** @param writes asked which side takes the writes */
    public static Look at(MoveAccess access, Session session, Run run, Function<Run, Writes> writes) {
        var ledger = access.ledger(session);
        var worker = access.worker(session, run);
        var steering = ledger.steering(run.id());
        var published = ledger.published(run.id());
        if (worker.isPresent() || run.phase().isOver()) {
            return new Look(run, steering, published, writes.apply(run), worker, Unattended.no());
        }
        var measured = access.unattended(run.id());
        var live = new LinkedHashMap<>(published);
        live.keySet().removeAll(DOINGS);
        ledger.publishedAt(run.id()).ifPresent(at -> live.put("publishedAt", at.toString()));
        for (var side : Side.values()) {
            measure(live, side, measured, ledger.silentSeconds(run.id()));
        }
        return new Look(run, steering, live, writes.apply(run), worker, measured);
    }

    private static void measure(Map<String, Object> live, Side side, Unattended measured, double silentSeconds) {
        var direction = side == Side.SOURCE ? "forward" : "backward";
        var lag = new LinkedHashMap<String, Object>();
        if (live.get(direction) instanceof Map<?, ?> told) {
            told.forEach((key, value) -> lag.put(String.valueOf(key), value));
        }
        var log = measured.of(side);
        if (log.isPresent()) {
            lag.put("lagBytes", log.get().lagBytes());
            lag.put("lagSeconds", seconds(log.get(), lag.get("lagSeconds"), silentSeconds));
        } else if (!measured.unanswered().isEmpty()) {
            lag.put("lagBytes", UNKNOWN);
            lag.put("lagSeconds", UNKNOWN);
        }
        if (!lag.isEmpty()) {
            live.put(direction, lag);
        }
    }

    /** No commit that the other side lacks is older: it lacked this much when it was told of, and nothing came since. */
    private static double seconds(LogGrowth log, @Nullable Object told, double silentSeconds) {
        var before = told instanceof Number number ? number.doubleValue() : 0;
        return log.lagBytes() == 0 ? 0 : Math.round((before + silentSeconds) * 10) / 10.0;
    }

    /** Whether a worker carries the run on, or it needs none any more. */
    public boolean isFollowed() {
        return worker.isPresent() || run.phase().isOver();
    }

    /** The same for drawing. */
    public Standing standing() {
        return Standing.of(this);
    }
}
