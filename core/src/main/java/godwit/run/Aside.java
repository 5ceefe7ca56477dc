package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Where a worker has one errand done in a thread of its own, while it goes on with its turns. */
final class Aside {
    private static final Duration TURN = Duration.ofMillis(10);

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
                if (e.getCause() instanceof GodwitException known) {
                    errand.failed(known);
                    return;
                }
                throw e;
            }
            errand.ended(result);
        }
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
