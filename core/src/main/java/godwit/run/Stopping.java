package godwit.run;

import godwit.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells long work, in whichever thread it is done, that nobody wants its result any more.
 *
 * <p>It holds from when it was asked on, so that work which has not begun yet ends too.
 */
public final class Stopping {
    private final List<Runnable> ends = new ArrayList<>();
    private boolean asked;

    /** Stopping that nobody asks for. */
    public static Stopping never() {
        return new Stopping();
    }

    /** Has something done when it is asked; at once when that was before. */
    public void whenAsked(Runnable end) {
        synchronized (this) {
            if (!asked) {
                ends.add(end);
                return;
            }
        }
        end.run();
    }

    /** Asks; returns at once, while the work goes on to where it can end. */
    public void ask() {
        List<Runnable> due;
        synchronized (this) {
            asked = true;
            due = List.copyOf(ends);
            ends.clear();
        }
        due.forEach(Runnable::run);
    }

    public synchronized boolean isAsked() {
        return asked;
    }

    /**
     * Called by the work between two of its parts.
     *
     * @throws godwit.GodwitException {@code verification-cancelled}
     */
    public void requireWanted() {
        if (isAsked()) {
            throw Problem.of(
                            "verification-cancelled", "The verification was stopped before its end.", "Start it again.")
                    .asException();
        }
    }
}
