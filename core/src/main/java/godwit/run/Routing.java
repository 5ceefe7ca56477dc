package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Side;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells the router where the writes are, until it has heard.
 *
 * <p>After the decision there is no way but forward: a router that fails is told again and again, and people see why.
 */
final class Routing {
    private static final long AGAIN_NANOS = Duration.ofSeconds(5).toNanos();

    private final MoveSteps steps;
    private final Pace pace;
    private @Nullable Side to;
    private Optional<Problem> failure = Optional.empty();
    private long triedAt;

    Routing(MoveSteps steps, Pace pace) {
        this.steps = steps;
        this.pace = pace;
    }

    void lead(Side side) {
        to = side;
        again();
    }

    void again() {
        if (to == null) {
            return;
        }
        try {
            steps.cutover().route(to);
            failure = Optional.empty();
        } catch (GodwitException e) {
            failure = Optional.of(e.problem());
        }
        triedAt = pace.nanos();
    }

    /** Whether the router has heard all that it was told. */
    boolean isDone() {
        return failure.isEmpty();
    }

    boolean isDue() {
        return failure.isPresent() && pace.nanos() - triedAt > AGAIN_NANOS;
    }

    /** Why the router has not heard; empty when it has. */
    Map<String, Object> report() {
        return failure.<Map<String, Object>>map(problem -> Map.of("unrouted", problem))
                .orElse(Map.of());
    }
}
