package godwit.run;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The machine's own time. */
public final class RealPace implements Pace {
    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    @Override
    public void beside(Runnable work) {
        Thread.ofPlatform().daemon().start(work);
    }
}
