package godwit.cli.live;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** How fast a count grows, over the last few seconds. */
public final class Speed {
    private static final long WINDOW_NANOS = Duration.ofSeconds(5).toNanos();

    private final Deque<Seen> window = new ArrayDeque<>();

    private record Seen(long nanos, long count) {}

    /** Notes the count at a time of a clock that only goes forward. */
    public void see(long nanos, long count) {
        if (!window.isEmpty() && window.getLast().count() > count) {
            window.clear();
        }
        window.addLast(new Seen(nanos, count));
        while (window.size() > 2 && nanos - window.getFirst().nanos() > WINDOW_NANOS) {
            window.removeFirst();
        }
    }

    /** The growth per second; 0 while nothing is known. */
    public double perSecond() {
        if (window.size() < 2) {
            return 0;
        }
        var nanos = window.getLast().nanos() - window.getFirst().nanos();
        return nanos == 0 ? 0 : (window.getLast().count() - window.getFirst().count()) * 1e9 / nanos;
    }
}
