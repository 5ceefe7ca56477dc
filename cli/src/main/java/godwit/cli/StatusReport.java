package godwit.cli;

import godwit.Problem;
import godwit.cli.live.Drawing;
import godwit.cli.live.Standing;
import godwit.cli.live.Terminal;
import godwit.cli.live.Words;
import godwit.postgres.ledger.Holder;
import godwit.postgres.move.LogGrowth;
import godwit.run.Run;
import godwit.run.Steering;
import godwit.traffic.Writes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a run stands, for people and for scripts.
 *
 * @param live what its worker published last
 */
record StatusReport(Run run, Steering steering, Map<String, Object> live, Writes writes) {
    void tell(Terminal terminal, Optional<Holder> worker, List<LogGrowth> growth, Output output) {
        output.say("%s: writes on the %s".formatted(run.name(), writes.word()));
        new Drawing(terminal)
                .lines(Standing.of(run, steering, live, writes), System.nanoTime())
                .forEach(line -> output.say("  " + line));
        run.problem().ifPresent(problem -> {
            output.say("  " + problem.message() + "  [" + problem.code() + "]");
            output.say("  " + problem.hint());
        });
        if (live.get("unrouted") instanceof Map<?, ?> hook) {
            output.say("  The hook has not been told yet, and is called again: " + hook.get("message"));
        }
        if (live.get("doing") instanceof String doing && !run.phase().isOver()) {
            output.say("  Under way: " + doing);
        }
        if (live.get("wayBackProblem") instanceof Map<?, ?> problem) {
            output.say("  The way back: " + problem.get("message") + "  [" + problem.get("code") + "]");
            output.say("  " + problem.get("hint"));
        }
        if (!run.phase().isOver()) {
            output.say(
                    "  " + worker.map(StatusReport::words).orElse("Nobody follows the run: go on with godwit start."));
        }
        growth.forEach(log -> output.say("  The %s keeps %s of log for it, and writes %s of log in a second."
                .formatted(log.side().word(), Words.bytes(log.keptBytes()), Words.bytes(log.bytesPerSecond()))));
    }

    private static String words(Holder worker) {
        return "Process %d on %s works on it since %s.".formatted(worker.process(), worker.host(), worker.since());
    }

    Map<String, Object> report(Optional<Holder> worker, List<LogGrowth> growth) {
        var lag = live.get(writes == Writes.TARGET ? "backward" : "forward") instanceof Map<?, ?> map ? map : Map.of();
        var report = new LinkedHashMap<String, Object>();
        report.put("run", run.id().toString());
        report.put("name", run.name());
        report.put("state", run.state(steering));
        report.put("phase", run.phase().word());
        report.put("begunAt", run.begunAt().toString());
        report.put("writes", writes.word());
        report.put("worker", worker.<Object>map(StatusReport::report).orElse("nobody follows"));
        report.put("lagBytes", lag.containsKey("lagBytes") ? lag.get("lagBytes") : 0);
        report.put("lagSeconds", lag.containsKey("lagSeconds") ? lag.get("lagSeconds") : 0);
        report.put("tables", live.getOrDefault("tables", List.of()));
        for (var key : List.of("rowsPerSecond", "etaSeconds", "doing", "unrouted", "wentBack", "wayBackProblem")) {
            if (live.containsKey(key)) {
                report.put(key, live.get(key));
            }
        }
        report.put("throttle", live.getOrDefault("throttle", Map.of("reason", "none")));
        report.put("waits", Standing.of(run, steering, live, writes).throttle());
        report.put("set", new TreeMap<>(steering.settings()));
        report.put("streams", streams());
        if (!growth.isEmpty()) {
            report.put("log", growth.stream().map(LogGrowth::report).toList());
        }
        run.problem().ifPresent((Problem problem) -> report.put("problem", problem));
        return report;
    }

    private static Map<String, Object> report(Holder worker) {
        return Map.of(
                "host", worker.host(),
                "pid", worker.process(),
                "serverProcess", worker.session(),
                "since", worker.since().toString());
    }

    private Map<String, Object> streams() {
        var streams = new LinkedHashMap<String, Object>();
        for (var direction : List.of("forward", "backward")) {
            if (live.containsKey(direction)) {
                streams.put(direction, live.get(direction));
            }
        }
        return streams;
    }
}
