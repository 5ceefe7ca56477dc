package godwit.postgres.apply;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Lsn;
import godwit.move.Snapshot;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Where other threads meet a stream's applier: they hold it at a position, or wait until a marker came through it. */
public final class StreamControl {
    private static final int XIDS_KEPT = 16_384;

    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<String> markers = new HashSet<>();
    private final long[] lastXids = new long[XIDS_KEPT];
    private int xids;
    private @Nullable Hold hold;
    private @Nullable Snapshot leftBehind;
    private boolean passedLate;
    private boolean held;
    private boolean paused;
    private boolean stopped;
    private @Nullable RuntimeException failure;

    /**
     * The transaction that comes next.
     *
     * @param commit the position of its commit
     * @param xid its whole number
     */
    record Next(Lsn commit, long xid) {}

    /** Before which transaction the applier is to stop. */
    private sealed interface Hold {
        record At(Lsn position) implements Hold {}

        record Unseen(Snapshot snapshot) implements Hold {}

        default boolean isBefore(Next next) {
            return switch (this) {
                case At at -> !next.commit().isBefore(at.position());
                case Unseen unseen -> !unseen.snapshot().sees(next.xid());
            };
        }
    }

    /** Asks the applier to stop before the first transaction that committed at this position or later. */
    public void holdAt(Lsn position) {
        hold(new Hold.At(position));
    }

    /**
     * Asks the applier to stop before the first transaction that a snapshot of the followed side does not see. Commits
     * become visible in nearly, but not just, the order in which they are in the log: {@link #hasPassedUnseen} and
     * {@link #hasPassedLate} tell whether what is applied then is just what the snapshot sees.
     */
    public void holdBeforeUnseen(Snapshot snapshot) {
        hold(new Hold.Unseen(snapshot));
    }

    private void hold(Hold wanted) {
        locked(() -> {
            hold = wanted;
            leftBehind = null;
            passedLate = false;
            held = false;
        });
    }

    /** Whether a transaction that this snapshot does not see is among the last that were applied. */
    public boolean hasPassedUnseen(Snapshot snapshot) {
        lock.lock();
        try {
            return LongStream.of(lastXids).limit(Math.min(xids, XIDS_KEPT)).anyMatch(xid -> !snapshot.sees(xid));
        } finally {
            lock.unlock();
        }
    }

    /** Whether, since {@link #holdBeforeUnseen} was released, a transaction came that its snapshot sees. */
    public boolean hasPassedLate() {
        lock.lock();
        try {
            return passedLate;
        } finally {
            lock.unlock();
        }
    }

    public void release() {
        locked(() -> {
            hold = null;
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

    /** Waits until the applier stands at the position it was asked to hold at; in vain once another releases it. */
    public void awaitHeld(Duration limit) {
        await(
                limit,
                new Reached(() -> held, () -> hold == null),
                "stream-not-at-position",
                "The stream did not reach the wanted position");
    }

    /** Waits until everything before a marker has been applied and committed. */
    public void awaitMarker(String marker, Duration limit) {
        await(
                limit,
                new Reached(() -> markers.contains(marker), () -> false),
                "stream-not-caught-up",
                "The stream did not catch up");
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

    /** Called by the applier before a transaction: whether it may go on to it, which it has done then. */
    boolean passes(Next next) {
        lock.lock();
        try {
            if (stops(next)) {
                return false;
            }
            note(next);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean stops(Next next) {
        return hold != null && hold.isBefore(next);
    }

    private void note(Next next) {
        lastXids[xids % XIDS_KEPT] = next.xid();
        // Stays beyond the number kept once it is there, and never ends.
        xids = xids + 1 < 2 * XIDS_KEPT ? xids + 1 : XIDS_KEPT;
        passedLate |= leftBehind != null && leftBehind.sees(next.xid());
    }

    /**
     * Called by the applier with everything before a transaction's commit done: stays until it is released or stopped,
     * or until the position to hold at lies behind that commit.
     */
    void standHeld(Next next) throws InterruptedException {
        lock.lock();
        try {
            while (stops(next) && !stopped) {
                if (!held) {
                    held = true;
                    leftBehind = hold instanceof Hold.Unseen unseen ? unseen.snapshot() : null;
                    changed.signalAll();
                }
                changed.await();
            }
            held = false;
            note(next);
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

    /** What is waited for, and what makes that vain. */
    private record Reached(BooleanSupplier now, BooleanSupplier never) {}

    private void await(Duration limit, Reached reached, String code, String message) {
        var left = limit.toNanos();
        lock.lock();
        try {
            while (!reached.now().getAsBoolean()) {
                if (failure != null) {
                    throw failure;
                }
                if (stopped || left <= 0 || reached.never().getAsBoolean()) {
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
