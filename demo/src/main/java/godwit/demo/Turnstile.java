package godwit.demo;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Lets clients into their next transaction, holds them back while the workload is paused, and sends them home. */
final class Turnstile {
    private static final long PAUSE_SECONDS_MAX = 120;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean paused;
    private boolean ended;
    private int inside;

    /** Rests, then waits until it may work; false when the workload has ended. */
    boolean enter(long restMillis) {
        rest(restMillis);
        lock.lock();
        try {
            while (paused && !ended) {
                changed.awaitUninterruptibly();
            }
            if (!ended) {
                inside++;
            }
            return !ended;
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            inside--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits this long, or until the workload ends. */
    void rest(long millis) {
        lock.lock();
        try {
            var left = TimeUnit.MILLISECONDS.toNanos(millis);
            while (left > 0 && !ended) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Lets nobody in, and returns when nobody is inside. */
    void pause() {
        lock.lock();
        try {
            paused = true;
            var left = TimeUnit.SECONDS.toNanos(PAUSE_SECONDS_MAX);
            while (inside > 0) {
                if (left <= 0) {
                    throw new IllegalStateException("clients are in a transaction for " + PAUSE_SECONDS_MAX + " s");
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the clients come to rest", interrupted);
        } finally {
            lock.unlock();
        }
    }

    void resume() {
        lock.lock();
        try {
            paused = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
