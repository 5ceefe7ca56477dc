package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Retry;
import godwit.postgres.LockTurns;
import godwit.postgres.Session;
import godwit.run.Pace;
import godwit.run.RealPace;
import java.time.Duration;
import java.util.function.Supplier;

/** Repeats what failed for a passing cause, such as a lock that was not to be had in time, with growing pauses. */
final class Patience {
    private static final Pace PACE = new RealPace();
    private static final int TRIES_MAX = 30;
    private static final long PAUSE_MILLIS_MAX = 2000;
    private static final Duration TURN = Duration.ofMillis(150);
    private static final int TURNS_MAX = 60;

    private Patience() {}

    /** @param session what the work needs: when that has ended, nothing is gained by another try */
    static <T> T retry(Session session, Supplier<T> work) {
        for (var attempt = 1; ; attempt++) {
            try {
                return work.get();
            } catch (GodwitException e) {
                if (e.retry() != Retry.LATER || attempt == TRIES_MAX || session.hasEnded()) {
                    throw e;
                }
                pause(Duration.ofMillis(Math.min(PAUSE_MILLIS_MAX, 50L * attempt)));
            }
        }
    }

    /**
     * Repeats work that has to have a table for itself: whoever comes behind it waits for one turn at most and goes on for
     * ten times as long before the next.
     */
    static <T> T inTurns(Session session, Supplier<T> work) {
        var turns = new LockTurns(session, TURN);
        for (var attempt = 1; ; attempt++) {
            turns.begin(attempt);
            try {
                return work.get();
            } catch (GodwitException e) {
                if (!Session.isLock(e) || attempt == TURNS_MAX || session.hasEnded()) {
                    throw e;
                }
                pause(TURN.multipliedBy(10));
            }
        }
    }

    /** An interrupt cuts it short, to no less than a moment. */
    static void pause(Duration time) {
        var until = System.nanoTime() + time.toNanos();
        for (var left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
            PACE.pause(Duration.ofNanos(left));
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }
}
