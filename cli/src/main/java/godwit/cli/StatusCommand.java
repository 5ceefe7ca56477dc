package godwit.cli;

import godwit.Problem;
import godwit.cli.live.Drawing;
import godwit.cli.live.LiveRun;
import godwit.cli.live.Screen;
import godwit.cli.live.Standing;
import godwit.cli.live.Watch;
import godwit.postgres.move.MoveAccess;
import godwit.run.Phase;
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
            var run = ledger.find(access.spec().name());
            if (run.isEmpty()) {
                output.say("No run of this name is in the target's ledger.");
                output.result(Map.of("state", "none", "writes", "source"));
                return ExitCode.DONE;
            }
            var live = ledger.published(run.get().id());
            var writes = writes(access, run.get());
            var worker = access.worker(session, run.get());
            tell(run.get(), Standing.of(run.get(), live, writes), new Around(writes, worker, screen), output);
            output.result(report(run.get(), live, writes, worker));
            return ExitCode.DONE;
        }
    }

    private static boolean exists(MoveAccess access) {
        try (var session = access.target().open("status")) {
            return access.ledger(session).find(access.spec().name()).isPresent();
        }
    }

    private static void watch(MoveAccess access, Screen screen) {
        try (var live = new LiveRun(access, run -> writes(access, run))) {
            new Watch(live, screen, new RealPace()).untilOver();
        }
    }

    private record Around(Writes writes, long worker, Screen screen) {}

    private static void tell(Run run, Standing standing, Around around, Output output) {
        output.say("%s: writes on the %s".formatted(run.name(), around.writes().word()));
        new Drawing(around.screen().terminal())
                .lines(standing, System.nanoTime())
                .forEach(line -> output.say("  " + line));
        run.problem().ifPresent(problem -> {
            output.say("  " + problem.message() + "  [" + problem.code() + "]");
            output.say("  " + problem.hint());
        });
        if (around.worker() == 0 && !run.phase().isOver()) {
            output.say("  Nobody follows the run, and the source keeps its log: go on with godwit start.");
        }
    }

    private static Map<String, Object> report(Run run, Map<String, Object> live, Writes writes, long worker) {
        var lag = live.get(writes == Writes.TARGET ? "backward" : "forward") instanceof Map<?, ?> map ? map : Map.of();
        var report = new LinkedHashMap<String, Object>();
        report.put("run", run.id().toString());
        report.put("name", run.name());
        report.put("state", run.state());
        report.put("phase", run.phase().word());
        report.put("writes", writes.word());
        report.put("worker", worker == 0 ? "none" : "server process " + worker);
        report.put("lagBytes", lag.containsKey("lagBytes") ? lag.get("lagBytes") : 0);
        report.put("lagSeconds", lag.containsKey("lagSeconds") ? lag.get("lagSeconds") : 0);
        report.put("tables", live.getOrDefault("tables", List.of()));
        report.put("throttle", live.getOrDefault("throttle", "none"));
        report.put("streams", streams(live));
        run.problem().ifPresent((Problem problem) -> report.put("problem", problem));
        return report;
    }

    private static Map<String, Object> streams(Map<String, Object> live) {
        var streams = new LinkedHashMap<String, Object>();
        for (var direction : List.of("forward", "backward")) {
            if (live.containsKey(direction)) {
                streams.put(direction, live.get(direction));
            }
        }
        return streams;
    }

    private static Writes writes(MoveAccess access, Run run) {
        if (run.phase().isOver()) {
            return run.phase() == Phase.COMPLETED ? Writes.TARGET : Writes.SOURCE;
        }
        try (var steps = access.steps(run.id())) {
            return steps.journal().writes();
        }
    }
}
