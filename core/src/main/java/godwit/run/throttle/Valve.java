package godwit.run.throttle;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.run.Pace;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** What every chunk passes: so many at once, so many rows in a second, and no new one while it is shut. */
public final class Valve {
    private final Pace pace;
    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final RowRate rate = new RowRate();
    private volatile boolean isRateLimited;
    private int inside;
    private int most;
    private long rateChanges;
    private boolean paused;
    private boolean ended;

    /** @param most how many may be inside at once to begin with */
    public Valve(Pace pace, int most) {
        this.pace = pace;
        this.most = most;
    }

    /** Waits for a place, and takes it; whoever has one calls {@link #leave}. */
    public void enter() {
        locked(() -> {
            awaitWhile(() -> paused || inside >= most);
            inside++;
        });
    }

    public void leave() {
        locked(() -> {
            inside--;
            changed.signalAll();
        });
    }

    /** Waits while people want nothing new to begin. */
    public void awaitResumed() {
        locked(() -> awaitWhile(() -> paused));
    }

    /** Notes rows that have passed, and waits as long as their number demands. */
    public void passed(long rows) {
        if (isRateLimited) {
            locked(() -> awaitRate(rows));
        }
    }

    private void awaitRate(long rows) throws InterruptedException {
        var changes = rateChanges;
        var until = pace.nanos() + rate.waitNanos(rows, pace.nanos());
        for (var left = until - pace.nanos(); left > 0 && changes == rateChanges; left = until - pace.nanos()) {
            requireNotEnded();
            changed.awaitNanos(left);
        }
    }

    public void pause() {
        locked(() -> paused = true);
    }

    public void resume() {
        locked(() -> {
            paused = false;
            changed.signalAll();
        });
    }

    /** From now on so many may be inside at once; 0: whoever is inside ends, and nobody follows. */
    public void allow(int places) {
        locked(() -> {
            most = places;
            changed.signalAll();
        });
    }

    /** From now on so many rows may pass in a second; 0: as many as come. */
    public void limit(long rowsPerSecond) {
        locked(() -> {
            rate.limit(rowsPerSecond, pace.nanos());
            isRateLimited = rowsPerSecond > 0;
            rateChanges++;
            changed.signalAll();
        });
    }

    /** From now on whoever waits or comes fails. */
    public void end() {
        locked(() -> {
            ended = true;
            changed.signalAll();
        });
    }

    private void awaitWhile(BooleanSupplier condition) throws InterruptedException {
        while (!ended && condition.getAsBoolean()) {
            changed.await();
        }
        requireNotEnded();
    }

    private void requireNotEnded() {
        if (ended) {
            throw interrupted(new IllegalStateException("the valve has ended"));
        }
    }

    private static GodwitException interrupted(Exception cause) {
        var problem = Problem.of("copy-interrupted", "The copy was interrupted.", "It goes on with godwit start.");
        return new GodwitException(problem, Retry.LATER, cause);
    }

    private interface Guarded {
        void run() throws InterruptedException;
    }

    private void locked(Guarded work) {
        lock.lock();
        try {
            work.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        } finally {
            lock.unlock();
        }
    }
}
