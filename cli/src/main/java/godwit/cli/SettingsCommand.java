package godwit.cli;

import godwit.GodwitException;
import godwit.cli.log.StateFolder;
import godwit.file.Layers;
import godwit.file.Layers.Origin;
import godwit.postgres.move.MoveAccess;
import godwit.run.Steering;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code godwit settings}: every setting with its value and where that comes from. */
@Command(name = "settings", description = "Show every setting with its value and where that comes from.")
final class SettingsCommand extends MoveCommand {
    @Override
    ExitCode run(MoveAccess access, Output output) {
        var set = set(access);
        var all = new ArrayList<>(
                origins().stream().map(origin -> over(origin, set)).toList());
        all.add(StateFolder.of(System.getenv()).origin());
        var widest = all.stream().mapToInt(o -> o.setting().length()).max().orElse(0);
        var widestValue = all.stream().mapToInt(o -> o.value().length()).max().orElse(0);
        for (var origin : all) {
            output.say("%s%s  %s%s  %s"
                    .formatted(
                            origin.setting(),
                            " ".repeat(widest - origin.setting().length()),
                            " ".repeat(widestValue - origin.value().length()),
                            origin.value(),
                            origin.origin()));
        }
        if (set.isEmpty()) {
            output.say("The target does not answer: what was set while the run goes on is not shown.");
        }
        var report = new LinkedHashMap<String, Object>();
        report.put("settings", List.copyOf(all));
        report.put("ledgerRead", set.isPresent());
        output.result(report);
        return ExitCode.DONE;
    }

    /** What people set on the run; empty when nobody can tell. */
    private static Optional<Steering> set(MoveAccess access) {
        try (var session = access.target().openBriefly("settings")) {
            var ledger = access.ledger(session);
            return Optional.of(
                    access.find(ledger).map(run -> ledger.steering(run.id())).orElse(Steering.NONE));
        } catch (GodwitException unanswered) {
            return Optional.empty();
        }
    }

    private static Origin over(Origin origin, Optional<Steering> set) {
        return set.map(steering -> steering.settings().get(origin.setting()))
                .map(value -> new Layers.Origin(origin.setting(), value, "set"))
                .orElse(origin);
    }
}
