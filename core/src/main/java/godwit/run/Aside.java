package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a worker has one errand done in a thread of its own, while it goes on with its turns. */
final class Aside {
    private static final Duration TURN = Duration.ofMillis(10);
    private static final Logger LOG = LoggerFactory.getLogger(Aside.class);

    private final Pace pace;
    private @Nullable Going<?> going;

    Aside(Pace pace) {
        this.pace = pace;
    }

    /** An errand under way. */
    private record Going<T>(Errand<T> errand, Stopping stopping, CompletableFuture<T> work) {
        void tell() {
            T result;
            try {
                result = work.join();
            } catch (CompletionException e) {
                errand.failed(known(e.getCause()));
                return;
            }
            errand.ended(result);
        }
    }

    /** Whatever ends an errand is told as a Problem, so that whoever asked for it is answered and the run goes on. */
    private static GodwitException known(@Nullable Throwable cause) {
        if (cause instanceof GodwitException known) {
            return known;
        }
        var found = cause == null ? new IllegalStateException("no cause") : cause;
        LOG.warn("what was done beside the run's turns ended unexpectedly", found);
        return (found instanceof OutOfMemoryError ? unfit() : unexpected(found)).asException(found);
    }

    private static Problem unfit() {
        return Problem.of(
                "memory-too-small",
                "What was asked for does not fit into the memory of %d MB."
                        .formatted(Runtime.getRuntime().maxMemory() >> 20),
                "Give it more with GODWIT_JAVA_OPTS=-Xmx….");
    }

    /** Its message is not shown: it may hold anything. */
    private static Problem unexpected(Throwable cause) {
        return Problem.of(
                "errand-failed",
                "What was asked for ended with %s, which Godwit does not know."
                        .formatted(cause.getClass().getSimpleName()),
                "Report it with the log; the run goes on, and it may be asked for again.");
    }

    boolean isFree() {
        return going == null;
    }

    /** Whether what goes on is ended early for this. */
    boolean givesWayTo(Verb verb) {
        return going != null && going.errand().givesWayTo(verb);
    }

    /** Whether what goes on needs the streams itself, and tells when one has failed. */
    boolean isMoving() {
        return going != null && going.errand() instanceof Moving;
    }

    <T> void begin(Errand<T> errand) {
        if (going != null) {
            throw new IllegalStateException(
                    "an errand goes on: " + going.errand().word());
        }
        var stopping = new Stopping();
        going = new Going<>(errand, stopping, CompletableFuture.supplyAsync(() -> errand.work(stopping), pace::beside));
    }

    /** Does what follows from an errand whose long part has ended. */
    void turn() {
        if (going != null && going.work().isDone()) {
            var ended = going;
            going = null;
            ended.tell();
        }
    }

    /** Ends what goes on, for something that goes before it. */
    void abandon(Problem why) {
        var ended = going;
        if (ended != null) {
            drop();
            ended.errand().abandoned(why);
        }
    }

    /** Ends what goes on and tells nobody: whoever carries the run next begins it again. */
    void drop() {
        if (going != null) {
            going.stopping().ask();
            // It may have begun to write; the next must not begin beside it.
            while (!going.work().isDone()) {
                pace.pause(TURN);
            }
            going = null;
        }
    }

    /** What is told in status. */
    Map<String, Object> report() {
        return going == null ? Map.of() : Map.of("doing", going.errand().word());
    }
}
