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
        if (!Thread.interrupted()) {
            LockSupport.parkNanos(time.toNanos());
            return;
        }
        // The interrupt has left a permit too, which the first of these takes.
        var until = System.nanoTime() + Math.min(time.toNanos(), INTERRUPTED_NANOS_MAX);
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
        Thread.currentThread().interrupt();
    }

    @Override
    public void wake(Thread pausing) {
        LockSupport.unpark(pausing);
    }

    @Override
    public void beside(Runnable work) {
        Thread.ofPlatform().daemon().start(work);
    }
}
