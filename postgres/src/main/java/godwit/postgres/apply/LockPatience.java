package godwit.postgres.apply;

import godwit.GodwitException;
import godwit.postgres.Session;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Repeats work until nobody else holds a lock: the applying session gives up its locks before the server would call the
 * two a deadlock, so that never another's statement fails for ours.
 */
final class LockPatience {
    private static final long PAUSE_NANOS = Duration.ofMillis(50).toNanos();

    private final StreamControl control;

    LockPatience(StreamControl control) {
        this.control = control;
    }

    <T> T untilFree(Supplier<T> work) {
        while (true) {
            try {
                return work.get();
            } catch (GodwitException e) {
                if (!Session.isLock(e) || control.isStopped()) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
