package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Retry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Repeats what failed for a passing cause, such as a lock that was not to be had in time, with growing pauses. */
final class Patience {
    private static final int TRIES_MAX = 30;
    private static final long PAUSE_MILLIS_MAX = 2000;

    private Patience() {}

    static <T> T retry(Supplier<T> work) {
        for (var attempt = 1; ; attempt++) {
            try {
                return work.get();
            } catch (GodwitException e) {
                if (e.retry() != Retry.LATER || attempt == TRIES_MAX) {
                    throw e;
                }
                pause(Duration.ofMillis(Math.min(PAUSE_MILLIS_MAX, 50L * attempt)));
            }
        }
    }

    static void pause(Duration time) {
        var until = System.nanoTime() + time.toNanos();
        for (var left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            LockSupport.parkNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
        }
    }
}
