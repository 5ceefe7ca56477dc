package godwit.cli;

import godwit.cli.live.Look;
import godwit.cli.live.Screen;
import godwit.postgres.Session;
import godwit.postgres.move.MoveAccess;
import godwit.postgres.move.SideView;
import godwit.run.Run;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code godwit diagnose}: an account of one run, with what to do next; it changes nothing. */
@Command(name = "diagnose", description = "Give an account of the run: servers, log, gates, locks, what to do next.")
final class DiagnoseCommand extends MoveCommand {
    private static final int ENTRIES_MAX = 20;

    @Override
    ExitCode run(MoveAccess access, Output output) {
        try (var session = access.target().openBriefly("diagnose")) {
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

    private static String seconds(String instant) {
        return Instant.parse(instant).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static void diagnose(MoveAccess access, Session session, Run run, Output output) {
        var ledger = access.ledger(session);
        var look = Look.at(access, session, run, found -> StatusCommand.writes(access, found));
        var status = new StatusReport(look);
        var sides = access.look(run.id());
        var history = ledger.history(run.id(), ENTRIES_MAX);
        var advice = Advice.of(new Advice.Facts(
                run, look.steering(), look.writes(), look.worker().isPresent(), sides));
        var report = new LinkedHashMap<>(status.report());
        report.put("sides", sides);
        report.put("history", history);
        report.put("advice", advice);
        status.tell(Screen.ofErrors().terminal(), output);
        for (SideView side : sides) {
            SideText.lines(side).forEach(output::say);
        }
        output.say("What happened last:");
        history.forEach(entry -> output.say("  %s  %-12s  %-7s  %s  %s"
                .formatted(seconds(entry.at()), entry.verb(), entry.result(), entry.operator(), entry.code())
                .stripTrailing()));
        output.say("What to do next:");
        advice.forEach(line -> output.say("  " + line));
        output.result(report);
    }
}
