package godwit.run;

import godwit.Problem;
import godwit.move.HealthCheck;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Watches a run whose writes are on the target, and tells when it must go back by itself.
 *
 * <p>A way back that was refused is not tried again at once.
 */
final class WayBackGuard {
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long REST_NANOS = Duration.ofSeconds(30).toNanos();

    private final Signals signals;
    private final Pace pace;
    private final Map<HealthCheck, Integer> failures = new HashMap<>();
    private final Map<HealthCheck, Long> askedAt = new HashMap<>();
    private long lookedAt;
    private long restUntil;

    WayBackGuard(Signals signals, Pace pace) {
        this.signals = signals;
        this.pace = pace;
        this.lookedAt = pace.nanos();
        this.restUntil = pace.nanos();
    }

    /** Begins to watch anew, as after a switch. */
    void begin() {
        failures.clear();
        askedAt.clear();
        restUntil = pace.nanos();
    }

    /** Lets some time pass before the next attempt. */
    void rest() {
        failures.clear();
        restUntil = pace.nanos() + REST_NANOS;
    }

    /** Why the run has to go back; empty while it does well. */
    Optional<Problem> reason() {
        var now = pace.nanos();
        if (now - lookedAt < LOOK_NANOS || now - restUntil < 0) {
            return Optional.empty();
        }
        lookedAt = now;
        return standsStill().or(this::isUnhealthy);
    }

    /** Whether the stream that applies has stood still for too long. */
    Optional<Problem> standsStill() {
        var seconds = signals.standstillMillis() / 1000;
        return seconds <= signals.limits().rollbackSecondsMax()
                ? Optional.empty()
                : Optional.of(Problem.of(
                        "way-back-stands-still",
                        "The stream back to the source has stood still for %d s.".formatted(seconds),
                        "See the source's log for what holds it up."));
    }

    private Optional<Problem> isUnhealthy() {
        for (var check : signals.limits().watching().health()) {
            if (isDue(check) && fails(check)) {
                var name = check.probe().name();
                return Optional.of(Problem.of(
                                "health-check-failed",
                                "A health check failed %d times in a row: %s".formatted(check.failuresMax(), name),
                                "See what it looks at; switch again when it passes.")
                        .withObjects(List.of(name)));
            }
        }
        return Optional.empty();
    }

    private boolean isDue(HealthCheck check) {
        var asked = askedAt.get(check);
        return asked == null
                || pace.nanos() - asked
                        >= Duration.ofSeconds(check.secondsBetween()).toNanos();
    }

    private boolean fails(HealthCheck check) {
        var passes = signals.passes(check);
        askedAt.put(check, pace.nanos());
        var inARow = passes ? 0 : failures.getOrDefault(check, 0) + 1;
        failures.put(check, inARow);
        return inARow >= check.failuresMax();
    }
}
