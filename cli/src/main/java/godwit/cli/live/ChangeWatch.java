package godwit.cli.live;

import godwit.GodwitException;
import godwit.postgres.change.ChangeStanding.Progress;
import godwit.postgres.change.SchemaChange;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Shows how far a change is while its start is at work. */
public final class ChangeWatch implements AutoCloseable {
    private static final Duration TURN = Duration.ofMillis(250);
    private static final Duration PLAIN_TURN = Duration.ofSeconds(10);

    private final SchemaChange change;
    private final Screen screen;
    private final Speed speed = new Speed();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;

    public ChangeWatch(SchemaChange change, Screen screen) {
        this.change = change;
        this.screen = screen;
        this.thread = Thread.ofPlatform().daemon().name("change watch").unstarted(this::watch);
    }

    /** Begins to show it, beside the caller's work. */
    public void beside() {
        thread.start();
    }

    private void watch() {
        var turn = screen.terminal().isLive() ? TURN : PLAIN_TURN;
        while (!isEnded(turn)) {
            try {
                show(line(change.progress(), System.nanoTime()));
            } catch (GodwitException e) {
                // Whoever starts the change tells what is wrong.
            }
        }
    }

    private boolean isEnded(Duration turn) {
        try {
            return ended.await(turn.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void show(String line) {
        if (screen.terminal().isLive()) {
            screen.show(List.of(line));
        } else {
            screen.say(line);
        }
    }

    private String line(Progress progress, long now) {
        speed.see(now, progress.rows());
        return line(progress, speed.perSecond());
    }

    /** How far a change is, in one line. */
    public static String line(Progress progress, double rowsPerSecond) {
        if (progress.state().equals("none")) {
            return "planned, and tried on a shadow of the database";
        }
        var text = "%-10s %s".formatted(progress.state(), Words.of(progress.steps(), "step") + " done");
        if (progress.total() == 0) {
            return text;
        }
        text += ", %s of about %s".formatted(Words.count(progress.rows()), Words.of(progress.total(), "row"));
        if (rowsPerSecond < 1 || progress.rows() >= progress.total()) {
            return text;
        }
        return text
                + ", %s/s, %s left"
                        .formatted(
                                Words.count(Math.round(rowsPerSecond)),
                                Words.time((progress.total() - progress.rows()) / rowsPerSecond));
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            thread.join(TURN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        screen.clear();
    }
}
