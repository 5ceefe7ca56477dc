package godwit.postgres.apply;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Lsn;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Where other threads meet a stream's applier: they hold it at a position, or wait until a marker came through it. */
public final class StreamControl {
    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<String> markers = new HashSet<>();
    private @Nullable Lsn holdAt;
    private boolean held;
    private boolean paused;
    private boolean stopped;
    private @Nullable RuntimeException failure;

    /** Asks the applier to stop before the first transaction that committed at this position or later. */
    public void holdAt(Lsn position) {
        locked(() -> {
            holdAt = position;
            held = false;
        });
    }

    public void release() {
        locked(() -> {
            holdAt = null;
            held = false;
        });
    }

    /** Asks the applier to stand still after the commit that it is at; whoever waits for it has time meanwhile. */
    public void pause() {
        locked(() -> paused = true);
    }

    public void resume() {
        locked(() -> paused = false);
    }

    /** Waits until the applier stands at the position it was asked to hold at. */
    public void awaitHeld(Duration limit) {
        await(limit, () -> held, "stream-not-at-position", "The stream did not reach the wanted position");
    }

    /** Waits until everything before a marker has been applied and committed. */
    public void awaitMarker(String marker, Duration limit) {
        await(limit, () -> markers.contains(marker), "stream-not-caught-up", "The stream did not catch up");
    }

    public void stop() {
        locked(() -> stopped = true);
    }

    boolean isStopped() {
        lock.lock();
        try {
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    public @Nullable RuntimeException failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    void fail(RuntimeException cause) {
        locked(() -> failure = cause);
    }

    void passed(String marker) {
        locked(() -> markers.add(marker));
    }

    boolean wantsHold(Lsn commit) {
        lock.lock();
        try {
            return holdAt != null && !commit.isBefore(holdAt);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Called by the applier with everything before a transaction's commit done: stays until it is released or stopped,
     * or until the position to hold at lies behind that commit.
     */
    void standHeld(Lsn commit) throws InterruptedException {
        lock.lock();
        try {
            while (wantsHold(commit) && !stopped) {
                if (!held) {
                    held = true;
                    changed.signalAll();
                }
                changed.await();
            }
            held = false;
        } finally {
            lock.unlock();
        }
    }

    boolean isPaused() {
        lock.lock();
        try {
            return paused && !stopped;
        } finally {
            lock.unlock();
        }
    }

    /** Called by the applier with everything done that it began: stays until it may go on or is stopped. */
    void standPaused() throws InterruptedException {
        lock.lock();
        try {
            while (paused && !stopped) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private interface Reached {
        boolean now();
    }

    private void await(Duration limit, Reached reached, String code, String message) {
        var left = limit.toNanos();
        lock.lock();
        try {
            while (!reached.now()) {
                if (failure != null) {
                    throw failure;
                }
                if (stopped || left <= 0) {
                    throw late(limit, code, message);
                }
                // A pause takes nothing from the limit.
                var turn = paused ? TimeUnit.SECONDS.toNanos(1) : left;
                var waited = turn - changed.awaitNanos(turn);
                left -= paused ? 0 : waited;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw late(limit, code, message);
        } finally {
            lock.unlock();
        }
    }

    private static RuntimeException late(Duration limit, String code, String message) {
        var seconds = TimeUnit.NANOSECONDS.toMillis(limit.toNanos()) / 1000.0;
        var problem =
                Problem.of(code, message + " within " + seconds + " s.", "See the lag in status, then try again.");
        return new GodwitException(problem, Retry.LATER, new IllegalStateException(code));
    }
}
