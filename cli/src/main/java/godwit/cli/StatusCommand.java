package godwit.cli;

import godwit.Problem;
import godwit.postgres.move.MoveAccess;
import godwit.run.Run;
import godwit.traffic.Writes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code godwit status}: how a run stands, read from its ledger and the gates. */
@Command(name = "status", description = "Tell how the run stands.")
final class StatusCommand extends MoveCommand {
    @Override
    ExitCode run(MoveAccess access, Output output) {
        try (var session = access.target().open("status")) {
            var ledger = access.ledger(session);
            var run = ledger.find(access.spec().name());
            if (run.isEmpty()) {
                output.say("No run of this name is in the target's ledger.");
                output.result(Map.of("state", "none", "writes", "source"));
                return ExitCode.DONE;
            }
            var live = ledger.published(run.get().id());
            var report = report(access, run.get(), live, access.worker(session, run.get()));
            output.result(report);
            Tables.people(report).forEach(output::say);
            return ExitCode.DONE;
        }
    }

    private static Map<String, Object> report(MoveAccess access, Run run, Map<String, Object> live, long worker) {
        var writes = run.phase().isOver() ? over(run) : writes(access, run);
        var direction = writes == Writes.TARGET ? "backward" : "forward";
        var lag = live.get(direction) instanceof Map<?, ?> map ? map : Map.of();
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

    private static Writes over(Run run) {
        return run.phase() == godwit.run.Phase.COMPLETED ? Writes.TARGET : Writes.SOURCE;
    }

    private static Writes writes(MoveAccess access, Run run) {
        try (var steps = access.steps(run.id())) {
            return steps.journal().writes();
        }
    }
}
