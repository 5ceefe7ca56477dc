package godwit.testkit.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;

/** What happens when, in one thread and in an order that the seed alone decides; a check follows each event. */
final class Schedule {
    private record Event(long at, long number, Runnable action) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    private final Random random;
    private final Runnable check;
    private long now;
    private long numbers;
    private boolean running;

    Schedule(long seed, Runnable check) {
        this.random = new Random(seed);
        this.check = check;
    }

    long now() {
        return now;
    }

    /** Whether an event is happening: then no other begins. */
    boolean isRunning() {
        return running;
    }

    void in(long millis, Runnable action) {
        events.add(new Event(now + millis, numbers++, action));
    }

    /** Lets time pass, with all that happens meanwhile. */
    void pass(long millis) {
        if (running) {
            return;
        }
        var until = now + millis;
        for (var next = events.peek(); next != null && next.at() <= until; next = events.peek()) {
            events.remove();
            now = Math.max(now, next.at());
            happen(next);
        }
        now = Math.max(now, until);
    }

    private void happen(Event event) {
        running = true;
        try {
            event.action().run();
        } finally {
            running = false;
        }
        check.run();
    }

    /** A number from 0 on, below a bound. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    long between(long least, long most) {
        return least + random.nextLong(most - least + 1);
    }

    boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }
}
