package godwit.run.throttle;

import godwit.move.LiveSetting;
import godwit.move.Side;
import godwit.move.Tuning;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Decides from what was measured how many chunks may be copied at once: one more each time that all is well, half of them
 * near a limit, none above it (additive increase, multiplicative decrease: Chiu and Jain, 1989). What was not measured
 * for a while calls for caution: one chunk goes on alone.
 */
public final class Throttle {
    private static final double NEAR = 0.75;
    private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private Throttle() {}

    /**
     * The decision that follows another.
     *
     * @param readings the last one of each signal on each side
     */
    public static Decision next(Decision before, List<Reading> readings, Tuning tuning, long nowNanos) {
        var most = (int) tuning.of(LiveSetting.COPY_WORKERS);
        var worst = readings.stream()
                .filter(reading -> tuning.of(reading.signal().limit()) > 0)
                .max(Comparator.comparingDouble(reading -> share(reading, tuning)));
        if (worst.isPresent() && share(worst.get(), tuning) >= 1) {
            return new Decision(0, words(worst.get(), tuning, "above"));
        }
        var unseen = unseen(readings, tuning, nowNanos);
        if (unseen.isPresent()) {
            return new Decision(1, unseen.get());
        }
        if (worst.isPresent() && share(worst.get(), tuning) >= NEAR) {
            return new Decision(Math.clamp(before.workers() / 2, 1, most), words(worst.get(), tuning, "near"));
        }
        var more = Math.min(most, before.workers() + 1);
        return new Decision(more, more == most ? full(tuning) : "going back to full speed");
    }

    private static double share(Reading reading, Tuning tuning) {
        return reading.value() / tuning.of(reading.signal().limit());
    }

    private static String full(Tuning tuning) {
        var rate = tuning.of(LiveSetting.ROWS_PER_SECOND);
        return rate == 0 ? Decision.NO_REASON : "rowsPerSecond is " + rate;
    }

    private static String words(Reading worst, Tuning tuning, String where) {
        var signal = worst.signal();
        return "the %s's %s is %s, %s %s"
                .formatted(
                        worst.side().word(), signal.word(), signal.amount(worst.value()), where, signal.amount((double)
                                tuning.of(signal.limit())));
    }

    /** A signal that is looked at and was not measured for too long. */
    private static Optional<String> unseen(List<Reading> readings, Tuning tuning, long nowNanos) {
        for (var side : Side.values()) {
            for (var signal : Signal.values()) {
                var isFresh = readings.stream()
                        .filter(reading -> reading.side() == side && reading.signal() == signal)
                        .anyMatch(reading -> nowNanos - reading.atNanos() <= STALE_NANOS);
                if (tuning.of(signal.limit()) > 0 && !isFresh) {
                    return Optional.of("the %s's %s cannot be measured".formatted(side.word(), signal.word()));
                }
            }
        }
        return Optional.empty();
    }
}
