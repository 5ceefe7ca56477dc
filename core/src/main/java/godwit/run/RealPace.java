package godwit.run;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The machine's own time. */
public final class RealPace implements Pace {
    private static final long INTERRUPTED_NANOS_MAX = Duration.ofMillis(10).toNanos();

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    /** An interrupt cuts it short; while one stands, it still pauses a little, so that who goes on until an end does not spin. */
    @Override
    public void pause(Duration time) {
        var wasInterrupted = Thread.interrupted();
        LockSupport.parkNanos(wasInterrupted ? Math.min(time.toNanos(), INTERRUPTED_NANOS_MAX) : time.toNanos());
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void beside(Runnable work) {
        Thread.ofPlatform().daemon().start(work);
    }
}
