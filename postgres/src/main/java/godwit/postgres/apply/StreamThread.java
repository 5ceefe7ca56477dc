package godwit.postgres.apply;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.postgres.RowLimit;
import java.time.Duration;

/**
 * The thread of a stream: takes one step after the other until it is told to stop.
 *
 * <p>Whatever ends it otherwise, an error of the machine too, is told to its control: nobody waits for a dead thread.
 */
final class StreamThread {
    private final StreamControl control;
    private final Thread thread;

    /** Something that takes a moment and may be interrupted. */
    interface Step {
        void take() throws InterruptedException;
    }

    /** What is to be done with a failure before it is told. */
    interface Failing {
        GodwitException told(GodwitException failure);
    }

    StreamThread(String name, StreamControl control, Step step, Failing failing) {
        this.control = control;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(() -> run(step, failing));
    }

    private void run(Step step, Failing failing) {
        try {
            while (!control.isStopped()) {
                step.take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (GodwitException e) {
            control.fail(failing.told(e));
        } catch (OutOfMemoryError e) {
            control.fail(RowLimit.unfit("the stream", e));
        } catch (RuntimeException e) {
            var problem = Problem.of("stream-failed", "Applying the stream failed.", "It is tried again.");
            control.fail(new GodwitException(problem, Retry.LATER, e));
        } catch (Throwable e) {
            // Not tried again: the same log would most likely lead here again.
            control.fail(Problem.of(
                            "stream-failed",
                            "Applying the stream failed with %s."
                                    .formatted(e.getClass().getSimpleName()),
                            "Report it with the log; the run can be resumed.")
                    .asException(e));
        }
    }

    /** Begins, unless it has begun. */
    void begin() {
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
    }

    /** Waits for ten seconds at most until it has ended. */
    void awaitEnd() {
        try {
            if (thread.getState() != Thread.State.NEW) {
                thread.join(Duration.ofSeconds(10));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
