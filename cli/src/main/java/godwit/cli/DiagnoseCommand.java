package godwit.cli;

import godwit.cli.live.Screen;
import godwit.postgres.Session;
import godwit.postgres.move.MoveAccess;
import godwit.postgres.move.SideView;
import godwit.run.Run;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code godwit diagnose}: an account of one run, with what to do next; it changes nothing. */
@Command(name = "diagnose", description = "Give an account of the run: servers, log, gates, locks, what to do next.")
final class DiagnoseCommand extends MoveCommand {
    private static final int ENTRIES_MAX = 20;

    @Override
    ExitCode run(MoveAccess access, Output output) {
        try (var session = access.target().open("diagnose")) {
            var ledger = access.ledger(session);
            var run = access.find(ledger);
            if (run.isEmpty()) {
                output.say("No run of this name is in the target's ledger: begin it with godwit start.");
                output.result(Map.of("state", "none"));
                return ExitCode.DONE;
            }
            diagnose(access, session, run.get(), output);
            return ExitCode.DONE;
        }
    }

    private static void diagnose(MoveAccess access, Session session, Run run, Output output) {
        var ledger = access.ledger(session);
        var worker = access.worker(session, run);
        var writes = StatusCommand.writes(access, run);
        var status = new StatusReport(run, ledger.steering(run.id()), ledger.published(run.id()), writes);
        var sides = access.look(run.id());
        var history = ledger.history(run.id(), ENTRIES_MAX);
        var advice = Advice.of(new Advice.Facts(run, status.steering(), writes, worker.isPresent(), sides));
        var growth = access.growth(run.id());
        var report = new LinkedHashMap<>(status.report(worker, growth));
        report.put("sides", sides);
        report.put("history", history);
        report.put("advice", advice);
        status.tell(Screen.ofErrors().terminal(), worker, growth, output);
        for (SideView side : sides) {
            SideText.lines(side).forEach(output::say);
        }
        output.say("What happened last:");
        history.forEach(entry -> output.say("  %s  %s  %s  %s  %s"
                .formatted(entry.at(), entry.verb(), entry.result(), entry.code(), entry.operator())));
        output.say("What to do next:");
        advice.forEach(line -> output.say("  " + line));
        output.result(report);
    }
}
