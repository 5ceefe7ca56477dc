package godwit.cli;

import godwit.GodwitException;
import godwit.cli.live.ChangeWatch;
import godwit.cli.live.Chatter;
import godwit.cli.live.LiveRun;
import godwit.cli.live.Screen;
import godwit.cli.live.Supervisor;
import godwit.cli.live.Watch;
import godwit.postgres.change.ChangeConduct;
import godwit.postgres.change.SchemaChange;
import godwit.postgres.move.MoveAccess;
import godwit.run.Phase;
import godwit.run.RealPace;
import godwit.run.Run;
import godwit.run.Stopping;
import godwit.traffic.Writes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code godwit start}: the run's worker, in the foreground until the run is over or the process is told to end. */
@Command(name = "start", description = "Start the move or go on with it; stays until it is over or is stopped.")
final class StartCommand extends MoveCommand {
    private static final int END_SECONDS_MAX = 15;

    /** What is said by a worker that was ended while it could not reach a server. */
    private static final Map<String, Object> STOPPED = Map.of("state", "unknown");

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile ExitCode status = ExitCode.DONE;

    @Mixin
    FillOptions fill = new FillOptions();

    @Override
    void requireUsage() {
        fill.require();
    }

    @Override
    void requireForChanges() {}

    @Override
    ChangeConduct conduct() {
        return fill.conduct(operator());
    }

    /** Ends when both versions work. */
    @Override
    ExitCode change(SchemaChange change, Output output) {
        Chatter.hush();
        var stopping = new Stopping();
        var hook = Thread.ofPlatform().unstarted(() -> {
            stopping.ask();
            isEnded();
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return Changes.tell(watched(change, stopping), output);
        } finally {
            ended.countDown();
        }
    }

    private static Map<String, Object> watched(SchemaChange change, Stopping stopping) {
        try (var watch = new ChangeWatch(change, Screen.ofErrors())) {
            watch.beside();
            return change.start(stopping);
        }
    }

    @Override
    ExitCode run(MoveAccess access, Output output) {
        var screen = Screen.ofErrors();
        var supervisor = new Supervisor(access, operator(), screen::say, origins());
        var main = Thread.currentThread();
        var hook = Thread.ofPlatform().unstarted(() -> {
            if (ended.getCount() == 0) {
                return;
            }
            supervisor.stop();
            main.interrupt();
            if (isEnded()) {
                // Whoever asked for the end is told how it came about, not that a signal ended the process.
                Runtime.getRuntime().halt(status.status());
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try (var live = new LiveRun(access, StartCommand::writes);
                var watch = new Watch(live, screen, new RealPace())) {
            Chatter.hush();
            if (screen.terminal().isLive()) {
                watch.beside();
            }
            supervisor.carry().ifPresentOrElse(left -> report(left, output), () -> output.result(STOPPED));
            return status;
        } catch (GodwitException e) {
            output.problem(e.problem());
            status = e.problem().code().equals("differences-open") ? ExitCode.DIFFERENT : ExitCode.REFUSED;
            return status;
        } finally {
            ended.countDown();
        }
    }

    /** Good enough to show the lag of the stream that applies; the journal decides, not this. */
    private static Writes writes(Run run) {
        return run.phase() == Phase.SWITCHED || run.phase() == Phase.SWITCHING_BACK ? Writes.TARGET : Writes.SOURCE;
    }

    private static void report(Supervisor.Left left, Output output) {
        var report = new LinkedHashMap<String, Object>();
        report.put("run", left.run().toString());
        report.put("state", left.phase().word());
        output.result(report);
    }

    private boolean isEnded() {
        try {
            if (ended.await(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                return true;
            }
            System.err.println("godwit: ended before everything was put in order; start goes on from here");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}
