package godwit.cli;

import godwit.Problem;
import godwit.cli.live.Drawing;
import godwit.cli.live.Look;
import godwit.cli.live.Terminal;
import godwit.cli.live.Words;
import godwit.postgres.ledger.Holder;
import godwit.postgres.move.LogGrowth;
import godwit.traffic.Writes;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** How a run stands, for people and for scripts. */
record StatusReport(Look look) {
    private static final List<String> SHOWN = List.of(
            "rowsPerSecond",
            "etaSeconds",
            "doing",
            "unrouted",
            "wentBack",
            "wayBackProblem",
            "publishedAt",
            "lastProof");

    /** What only says something while somebody works. */
    private static final Set<String> OF_WORKER = Set.of("rowsPerSecond", "etaSeconds", "doing");

    private boolean isWorkedOn() {
        return look.worker().isPresent() && !look.run().phase().isOver();
    }

    void tell(Terminal terminal, Output output) {
        var run = look.run();
        output.say("%s: writes on the %s".formatted(run.name(), look.writes().word()));
        new Drawing(terminal).lines(look.standing(), System.nanoTime()).forEach(line -> output.say("  " + line));
        run.problem().ifPresent(problem -> {
            output.say("  " + problem.message() + "  [" + problem.code() + "]");
            output.say("  " + problem.hint());
        });
        if (look.live().get("unrouted") instanceof Map<?, ?> hook) {
            output.say("  The hook has not been told yet, and is called again: " + hook.get("message"));
        }
        if (look.live().get("doing") instanceof String doing && !run.phase().isOver()) {
            output.say("  Under way: " + doing);
        }
        if (look.live().get("wentBack") instanceof Map<?, ?> back && back.get("refused") instanceof Map<?, ?> why) {
            output.say("  It was to go back by itself: " + back.get("message") + "  [" + back.get("code") + "]");
            output.say("  That was refused: " + why.get("message") + "  [" + why.get("code") + "]");
            output.say("  " + why.get("hint"));
        }
        if (look.live().get("wayBackProblem") instanceof Map<?, ?> problem) {
            output.say("  The way back: " + problem.get("message") + "  [" + problem.get("code") + "]");
            output.say("  " + problem.get("hint"));
        }
        if (look.live().get("lastProof") instanceof Map<?, ?> proof && proof.get("problem") instanceof Map<?, ?> why) {
            output.say("  The last verification failed: " + why.get("message") + "  [" + why.get("code") + "]");
        }
        if (!run.phase().isOver()) {
            output.say("  "
                    + look.worker()
                            .map(StatusReport::words)
                            .orElse("Nobody follows the run: go on with godwit start."));
        }
        look.measured()
                .logs()
                .forEach(log -> output.say("  The %s keeps %s of log for it, and writes %s of log in a second."
                        .formatted(
                                log.side().word(), Words.bytes(log.keptBytes()), Words.bytes(log.bytesPerSecond()))));
        look.measured()
                .unanswered()
                .forEach(problem ->
                        output.say("  " + problem.message() + " " + problem.hint() + "  [" + problem.code() + "]"));
    }

    private static String words(Holder worker) {
        return "Process %d on %s works on it since %s."
                .formatted(worker.process(), worker.host(), worker.since().truncatedTo(ChronoUnit.SECONDS));
    }

    Map<String, Object> report() {
        var run = look.run();
        var live = look.live();
        var steering = look.steering();
        var lag = live.get(look.writes() == Writes.TARGET ? "backward" : "forward") instanceof Map<?, ?> map
                ? map
                : Map.of();
        var report = new LinkedHashMap<String, Object>();
        report.put("run", run.id().toString());
        report.put("name", run.name());
        report.put("state", run.state(steering));
        report.put("phase", run.phase().word());
        report.put("begunAt", run.begunAt().toString());
        report.put("writes", look.writes().word());
        report.put("worker", look.worker().<Object>map(StatusReport::report).orElse("nobody follows"));
        report.put("lagBytes", lag.containsKey("lagBytes") ? lag.get("lagBytes") : 0);
        report.put("lagSeconds", lag.containsKey("lagSeconds") ? lag.get("lagSeconds") : 0);
        // What a worker told last is not how a run stands that is over: its tables' progress is gone by then.
        report.put("tables", run.phase().isOver() ? List.of() : live.getOrDefault("tables", List.of()));
        for (var key : SHOWN) {
            if (live.containsKey(key) && (isWorkedOn() || !OF_WORKER.contains(key))) {
                report.put(key, live.get(key));
            }
        }
        var unthrottled = Map.<String, Object>of("reason", "none");
        report.put("throttle", isWorkedOn() ? live.getOrDefault("throttle", unthrottled) : unthrottled);
        report.put("waits", look.standing().throttle());
        report.put("set", new TreeMap<>(steering.settings()));
        report.put("streams", streams());
        var measured = look.measured();
        if (!measured.logs().isEmpty()) {
            report.put("log", measured.logs().stream().map(LogGrowth::report).toList());
        }
        if (!measured.unanswered().isEmpty()) {
            report.put("remarks", measured.unanswered());
        }
        run.problem().ifPresent((Problem problem) -> report.put("problem", problem));
        return report;
    }

    private static Map<String, Object> report(Holder worker) {
        return Map.of(
                "host", worker.host(),
                "pid", worker.process(),
                "doing", worker.doing(),
                "serverProcess", worker.session(),
                "since", worker.since().toString());
    }

    private Map<String, Object> streams() {
        var streams = new LinkedHashMap<String, Object>();
        for (var direction : List.of("forward", "backward")) {
            if (look.live().containsKey(direction)) {
                streams.put(direction, look.live().get(direction));
            }
        }
        return streams;
    }
}
