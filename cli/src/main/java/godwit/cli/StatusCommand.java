package godwit.cli;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.cli.live.LiveRun;
import godwit.cli.live.Look;
import godwit.cli.live.Screen;
import godwit.cli.live.Watch;
import godwit.move.Conduct;
import godwit.postgres.change.SchemaChange;
import godwit.postgres.move.MoveAccess;
import godwit.run.RealPace;
import godwit.run.Run;
import godwit.traffic.Writes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code godwit status}: how a run stands, read from its ledger and the gates. */
@Command(name = "status", description = "Tell how the run stands.")
final class StatusCommand extends MoveCommand {
    /** The ledger is in the target: when that does not answer, not even the run is known. */
    private static final Map<String, Object> NOTHING_KNOWN =
            Map.of("state", Look.UNKNOWN, "writes", Look.UNKNOWN, "lagBytes", Look.UNKNOWN, "lagSeconds", Look.UNKNOWN);

    @Option(names = "--watch", description = "Go on telling until the run is over.")
    boolean watch;

    @Override
    void requireForChanges() {}

    @Override
    ExitCode change(SchemaChange change, Output output) {
        return Changes.tell(change.status(), output);
    }

    @Override
    ExitCode run(MoveAccess access, Output output) {
        try {
            return tell(access, output);
        } catch (GodwitException e) {
            output.problem(e.problem(), NOTHING_KNOWN);
            return e.retry() == Retry.LATER ? ExitCode.UNKNOWN : ExitCode.REFUSED;
        }
    }

    private ExitCode tell(MoveAccess access, Output output) {
        var screen = Screen.ofErrors();
        if (watch && exists(access)) {
            watch(access, screen);
        }
        try (var session = access.target().openBriefly("status")) {
            var run = access.find(access.ledger(session));
            if (run.isEmpty()) {
                return none(access, output);
            }
            var status = new StatusReport(Look.at(access, session, run.get(), found -> writes(access, found)));
            status.tell(screen.terminal(), output);
            output.result(status.report());
            return ExitCode.DONE;
        }
    }

    /** A gate without its ledger may have any epoch: the ledger may be lost, or the URL lead elsewhere. */
    private static ExitCode none(MoveAccess access, Output output) {
        if (access.hasGateOnSource()) {
            output.problem(
                    Problem.of(
                            "ledger-gone",
                            "The target's ledger has no run of this name, and the source has the gate of one.",
                            "Look whether the target's URL leads to where the run's ledger is, and whether the file's name"
                                    + " is the run's; do not trust a side with writes before that is known."),
                    NOTHING_KNOWN);
            return ExitCode.UNKNOWN;
        }
        output.say("No run of this name is in the target's ledger.");
        var report = new LinkedHashMap<>(NOTHING_KNOWN);
        report.putAll(Map.of("state", "none", "writes", "source", "tables", List.of(), "throttle", Map.of()));
        output.result(report);
        return ExitCode.DONE;
    }

    private static boolean exists(MoveAccess access) {
        try (var session = access.target().openBriefly("status")) {
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
