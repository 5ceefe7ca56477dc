package godwit.cli;

import godwit.cli.live.LiveRun;
import godwit.cli.live.Screen;
import godwit.cli.live.Watch;
import godwit.move.Conduct;
import godwit.postgres.move.LogGrowth;
import godwit.postgres.move.MoveAccess;
import godwit.run.RealPace;
import godwit.run.Run;
import godwit.traffic.Writes;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code godwit status}: how a run stands, read from its ledger and the gates. */
@Command(name = "status", description = "Tell how the run stands.")
final class StatusCommand extends MoveCommand {
    @Option(names = "--watch", description = "Go on telling until the run is over.")
    boolean watch;

    @Override
    ExitCode run(MoveAccess access, Output output) {
        var screen = Screen.ofErrors();
        if (watch && exists(access)) {
            watch(access, screen);
        }
        try (var session = access.target().open("status")) {
            var ledger = access.ledger(session);
            var run = access.find(ledger);
            if (run.isEmpty()) {
                output.say("No run of this name is in the target's ledger.");
                output.result(Map.of("state", "none", "writes", "source"));
                return ExitCode.DONE;
            }
            var id = run.get().id();
            var worker = access.worker(session, run.get());
            var growth = worker.isEmpty() && !run.get().phase().isOver() ? access.growth(id) : List.<LogGrowth>of();
            var status =
                    new StatusReport(run.get(), ledger.steering(id), ledger.published(id), writes(access, run.get()));
            status.tell(screen.terminal(), worker, growth, output);
            output.result(status.report(worker, growth));
            return ExitCode.DONE;
        }
    }

    private static boolean exists(MoveAccess access) {
        try (var session = access.target().open("status")) {
            return access.find(access.ledger(session)).isPresent();
        }
    }

    private static void watch(MoveAccess access, Screen screen) {
        try (var live = new LiveRun(access, run -> writes(access, run))) {
            new Watch(live, screen, new RealPace()).untilOver();
        }
    }

    static Writes writes(MoveAccess access, Run run) {
        // Once a run goes to its end its gates go too.
        switch (run.phase()) {
            case COMPLETING, COMPLETED:
                return access.spec().conduct().mode() == Conduct.Mode.LIVE ? Writes.TARGET : Writes.SOURCE;
            case ROLLING_BACK, ROLLED_BACK:
                return Writes.SOURCE;
            case PLANNED, EXPANDING, FILLING, FOLLOWING, READY, SWITCHING, SWITCHED, SWITCHING_BACK:
                break;
        }
        try (var steps = access.steps(run.id())) {
            return steps.journal().writes();
        }
    }
}
