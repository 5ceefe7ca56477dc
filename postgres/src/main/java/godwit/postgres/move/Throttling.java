package godwit.postgres.move;

import godwit.GodwitException;
import godwit.move.LiveSetting;
import godwit.move.Side;
import godwit.move.Tuning;
import godwit.run.Pace;
import godwit.run.Steering;
import godwit.run.throttle.Decision;
import godwit.run.throttle.Reading;
import godwit.run.throttle.Throttle;
import godwit.run.throttle.Valve;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the copy within what both servers bear and what people want: measures once a second while it goes on, and sets
 * the valve that all chunks pass. Applying is never throttled: a switch waits for it.
 */
final class Throttling {
    private static final Duration TURN = Duration.ofSeconds(1);

    private final MoveContext context;
    private final Pace pace;
    private final Valve valve;
    private volatile Steering steering = Steering.NONE;
    private volatile Decision decision;
    private volatile List<Reading> readings = List.of();
    private volatile @Nullable Thread prober;

    Throttling(MoveContext context, Pace pace) {
        this.context = context;
        this.pace = pace;
        var workers = context.spec().limits().copyWorkers();
        this.decision = new Decision(workers, Decision.NO_REASON);
        this.valve = new Valve(pace, workers);
    }

    Valve valve() {
        return valve;
    }

    /** The limits that hold now: what people set meanwhile wins over the file. */
    Tuning tuning() {
        return context.spec().conduct().tuning().with(steering.settings());
    }

    boolean isPaused() {
        return steering.isPaused();
    }

    /** From now on the copy keeps to this. */
    void heed(Steering changed) {
        steering = changed;
        valve.limit(tuning().of(LiveSetting.ROWS_PER_SECOND));
        if (prober == null) {
            valve.allow((int) tuning().of(LiveSetting.COPY_WORKERS));
        }
        if (changed.isPaused()) {
            valve.pause();
        } else {
            valve.resume();
        }
    }

    /** Does the work of copying while both sides are measured. */
    void during(Runnable copying) {
        var thread = Thread.ofPlatform().daemon().name("prober").unstarted(this::measure);
        prober = thread;
        thread.start();
        try {
            copying.run();
        } finally {
            prober = null;
            thread.interrupt();
            decision = new Decision((int) tuning().of(LiveSetting.COPY_WORKERS), Decision.NO_REASON);
            readings = List.of();
        }
    }

    private void measure() {
        try (var source = new Probe(context, Side.SOURCE, pace);
                var target = new Probe(context, Side.TARGET, pace)) {
            while (Thread.currentThread() == prober) {
                var seen = new ArrayList<>(source.look());
                seen.addAll(target.look());
                decide(List.copyOf(seen));
                Patience.pause(TURN);
            }
        } catch (GodwitException ended) {
            // A session that breaks while it is closed says nothing that the copy does not say.
            Thread.currentThread().interrupt();
        }
    }

    private void decide(List<Reading> seen) {
        if (Thread.currentThread() == prober) {
            readings = seen;
            decision = Throttle.next(decision, seen, tuning(), pace.nanos());
            valve.allow(decision.workers());
        }
    }

    /** Why the copy waits, how many chunks may go on at once, and what was measured. */
    Map<String, Object> report() {
        var now = decision;
        var report = new LinkedHashMap<String, Object>();
        report.put("reason", now.reason());
        report.put("copyWorkers", now.workers());
        report.put("copyWorkersMax", tuning().of(LiveSetting.COPY_WORKERS));
        report.put("rowsPerSecond", tuning().of(LiveSetting.ROWS_PER_SECOND));
        report.put("signals", readings.stream().map(this::report).toList());
        return report;
    }

    private Map<String, Object> report(Reading reading) {
        return Map.of(
                "side", reading.side().word(),
                "signal", reading.signal().word(),
                "value", Math.round(reading.value() * 10) / 10.0,
                "limit", tuning().of(reading.signal().limit()));
    }
}
