package godwit.cli.live;

import godwit.run.Pace;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows how a run stands, again and again: drawn over in a terminal, elsewhere a line whenever something changes. */
public final class Watch implements AutoCloseable {
    private static final Duration TURN = Duration.ofMillis(500);
    private static final String UNANSWERED = "unknown    the target does not answer; it is asked again";
    private static final long PLAIN_NANOS = Duration.ofSeconds(30).toNanos();

    private final LiveRun run;
    private final Screen screen;
    private final Pace pace;
    private final Drawing drawing;
    private String toldState = "";
    private long toldAt;
    private @Nullable Thread thread;
    private volatile boolean ended;

    public Watch(LiveRun run, Screen screen, Pace pace) {
        this.run = run;
        this.screen = screen;
        this.pace = pace;
        this.drawing = new Drawing(screen.terminal());
    }

    /** Shows until the run is over or left no trace; where there is none yet, waits for it. */
    public void untilOver() {
        var isSeen = false;
        while (!ended) {
            var now = run.get();
            var isGone = isSeen && now.isEmpty() && run.answers();
            if (isGone || now.filter(s -> s.phase().isOver()).isPresent()) {
                break;
            }
            isSeen |= now.isPresent();
            now.ifPresent(this::show);
            if (isSeen && !run.answers()) {
                tell(UNANSWERED, List.of(UNANSWERED));
            }
            pace.pause(TURN);
        }
        screen.clear();
    }

    /** Shows in a thread of its own until it is closed. */
    public Watch beside() {
        thread = Thread.ofPlatform().daemon().name("watch").start(this::untilOver);
        return this;
    }

    @Override
    public void close() {
        ended = true;
        if (thread != null) {
            try {
                thread.join(TURN.multipliedBy(2));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        screen.clear();
    }

    private void show(Standing standing) {
        tell(standing.state() + standing.isFollowed(), drawing.lines(standing, pace.nanos()));
    }

    private void tell(String state, List<String> lines) {
        screen.show(lines);
        if (!screen.terminal().isLive() && (!state.equals(toldState) || pace.nanos() - toldAt > PLAIN_NANOS)) {
            toldState = state;
            toldAt = pace.nanos();
            screen.say(lines.getFirst());
        }
    }
}
