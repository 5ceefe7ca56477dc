package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import godwit.verify.Verification;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Verifies a switched run again and again, beside all else; whoever asks for something ends it at once. */
final class ContinuousProof {
    private static final Logger LOG = LoggerFactory.getLogger(ContinuousProof.class);

    private static final Duration TURN = Duration.ofMillis(10);

    private final MoveSteps steps;
    private final Pace pace;
    private @Nullable CompletableFuture<Verification> running;
    private long endedAt;

    ContinuousProof(MoveSteps steps, Pace pace) {
        this.steps = steps;
        this.pace = pace;
        this.endedAt = pace.nanos();
    }

    /** Begins to count anew, as after a switch. */
    void begin() {
        endedAt = pace.nanos();
    }

    /** What the last verification found, once, when it found something; begins the next when it is time. */
    Optional<Problem> difference() {
        if (running == null) {
            beginWhenDue();
            return Optional.empty();
        }
        if (!running.isDone()) {
            return Optional.empty();
        }
        var ended = running;
        forget();
        return result(ended).filter(found -> !found.isEqual()).map(ContinuousProof::problem);
    }

    private void beginWhenDue() {
        var seconds = steps.signals().limits().watching().verifySecondsBetween();
        if (seconds > 0 && pace.nanos() - endedAt >= Duration.ofSeconds(seconds).toNanos()) {
            running = CompletableFuture.supplyAsync(() -> steps.verify(UUID.randomUUID(), "continuous"), pace::beside);
        }
    }

    private void forget() {
        running = null;
        endedAt = pace.nanos();
    }

    private static Optional<Verification> result(CompletableFuture<Verification> ended) {
        try {
            return Optional.of(ended.join());
        } catch (CompletionException e) {
            if (e.getCause() instanceof GodwitException known) {
                LOG.info("a verification was not made: {}", known.problem().message());
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Problem problem(Verification found) {
        return Problem.of(
                "differences-open",
                "The sides differ in %d places since the switch.".formatted(found.differences()),
                "See what else writes on the side without the writes.");
    }

    /** Ends a verification that runs. */
    void stop() {
        if (running != null) {
            var ending = running;
            steps.stopVerifying();
            while (!ending.isDone()) {
                pace.pause(TURN);
            }
            forget();
        }
    }
}
