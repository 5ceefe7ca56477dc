package godwit.cli.demo;

import godwit.cli.live.Drawing;
import godwit.cli.live.Screen;
import godwit.cli.live.Standing;
import godwit.cli.live.Words;
import godwit.demo.Workload;
import godwit.demo.WorkloadReport;
import godwit.run.Pace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What people see of the demonstration: a line for each thing that happened, and below them how things stand. */
final class Timeline implements AutoCloseable {
    private static final Duration TURN = Duration.ofMillis(250);
    private static final Duration PLAIN_TURN = Duration.ofSeconds(5);
    private static final Duration LAP = Duration.ofSeconds(1);

    private final Screen screen;
    private final Pace pace;
    private final Drawing drawing;
    private final long begun;
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable Thread thread;
    private String clients = "";
    private long lapAt;

    Timeline(Screen screen, Pace pace) {
        this.screen = screen;
        this.pace = pace;
        this.drawing = new Drawing(screen.terminal());
        this.begun = pace.nanos();
    }

    /** Tells what happened, with the time since the begin. */
    void tell(String what, String text) {
        var seconds = TimeUnit.NANOSECONDS.toSeconds(pace.nanos() - begun);
        screen.say("%2d:%02d  %-9s %s".formatted(seconds / 60, seconds % 60, what, text));
    }

    void plain(String text) {
        screen.say(text);
    }

    /** Goes on showing how the run and the clients stand until it is closed. */
    void watch(Supplier<Optional<Standing>> run, Workload<?> workload) {
        watch(now -> run.get().map(standing -> drawing.lines(standing, now)).orElse(List.of()), workload);
    }

    /** @param standing how things stand at some time, in lines of which the first says the most; none where there is nothing yet */
    void watch(LongFunction<List<String>> standing, Workload<?> workload) {
        lapAt = pace.nanos();
        var turn = screen.terminal().isLive() ? TURN : PLAIN_TURN;
        thread = Thread.ofPlatform().daemon().name("demo-timeline").start(() -> {
            while (!isEnded(turn)) {
                show(standing, workload);
            }
        });
    }

    private boolean isEnded(Duration turn) {
        try {
            return ended.await(turn.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void show(LongFunction<List<String>> standing, Workload<?> workload) {
        var now = pace.nanos();
        if (now - lapAt >= LAP.toNanos()) {
            clients = clients(workload.lap(), workload.report(), (now - lapAt) / 1e9);
            lapAt = now;
        }
        if (screen.terminal().isLive()) {
            var lines = new ArrayList<String>();
            lines.add("");
            standing.apply(now).forEach(line -> lines.add(" " + line));
            lines.add(" " + clients);
            screen.show(lines);
        } else {
            standing.apply(now).stream().findFirst().ifPresent(line -> tell("", line));
            tell("", clients);
        }
    }

    private static String clients(WorkloadReport lap, WorkloadReport total, double seconds) {
        return "%-10s %d: %.0f commits/s, p50 %s, p99 %s; %s committed, %d failed"
                .formatted(
                        "clients",
                        total.clients(),
                        lap.committed() / seconds,
                        Words.millis(lap.p50Millis()),
                        Words.millis(lap.p99Millis()),
                        Words.count(total.committed()),
                        total.failed());
    }

    /** Tells whether every promise held, and which did not. */
    void conclude(List<String> broken, boolean isOk) {
        broken.forEach(promise -> tell("BROKEN", promise));
        tell("end", isOk ? "Every promise held: nothing was lost, doubled or refused." : "Not every promise held.");
    }

    /** Says one thing more and is silent from then on: for an end from outside. */
    void cutShort(String last) {
        screen.fallSilent(last);
    }

    @Override
    public void close() {
        ended.countDown();
        if (thread != null) {
            try {
                thread.join(TURN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        screen.clear();
    }
}
