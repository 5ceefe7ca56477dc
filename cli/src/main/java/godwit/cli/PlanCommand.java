package godwit.cli;

import godwit.postgres.move.Finding;
import godwit.postgres.move.MoveAccess;
import java.util.LinkedHashMap;
import java.util.UUID;
import picocli.CommandLine.Command;

/** {@code godwit plan}: what the move would do, object by object and table by table, without doing it. */
@Command(name = "plan", description = "Show what the move would do; changes nothing.")
final class PlanCommand extends MoveCommand {
    @Override
    ExitCode run(MoveAccess access, Output output) {
        try (var steps = access.steps(UUID.randomUUID())) {
            var findings = steps.check();
            var plan = new LinkedHashMap<String, Object>();
            plan.put("name", access.spec().name());
            plan.put(
                    "tables",
                    steps.tables().stream()
                            .map(t -> java.util.Map.of(
                                    "table", t.name().plain(), "rows", t.rows(), "bytes", t.bytes(), "keyed", t.hasKey()))
                            .toList());
            plan.put(
                    "objects",
                    steps.objects().stream()
                            .map(o -> java.util.Map.of(
                                    "phase", o.phase().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
                                    "kind", o.kind(),
                                    "identity", o.identity(),
                                    "sql", o.create()))
                            .toList());
            plan.put("findings", findings.stream().map(Finding::report).toList());
            steps.objects().forEach(o -> o.create().forEach(sql -> output.say(sql + ";")));
            steps.tables().forEach(t -> output.say(
                    "copy %s, about %d rows, %d bytes".formatted(t.name(), t.rows(), t.bytes())));
            findings.forEach(f -> output.say("finding: " + f.problem().message()));
            output.result(plan);
            return ExitCode.DONE;
        }
    }
}
