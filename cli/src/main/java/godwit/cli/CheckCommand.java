package godwit.cli;

import godwit.postgres.move.Finding;
import godwit.postgres.move.MoveAccess;
import java.util.LinkedHashMap;
import java.util.UUID;
import picocli.CommandLine.Command;

/** {@code godwit check}: what would stop the move, without changing anything. */
@Command(name = "check", description = "Find what would stop the move; changes nothing.")
final class CheckCommand extends MoveCommand {
    @Override
    ExitCode run(MoveAccess access, Output output) {
        try (var session = access.target().openBriefly("check")) {
            var known = access.find(access.ledger(session))
                    .filter(run -> !run.phase().isOver());
            var id = known.map(godwit.run.Run::id).orElseGet(UUID::randomUUID);
            try (var steps = access.steps(id)) {
                var findings = known.isPresent() ? steps.checkUnderWay() : steps.check();
                var ok = findings.stream().noneMatch(Finding::blocks);
                Findings.tell(findings, output);
                var report = new LinkedHashMap<String, Object>();
                report.put("ok", ok);
                report.put("findings", findings.stream().map(Finding::report).toList());
                report.put("forecast", steps.forecast());
                output.result(report);
                return ok ? ExitCode.DONE : ExitCode.REFUSED;
            }
        }
    }
}
