package godwit.cli;

import godwit.GodwitException;
import godwit.Problem;
import godwit.change.Migration;
import godwit.change.Operation;
import godwit.cli.live.Words;
import godwit.file.MigrationFile;
import godwit.file.MoveFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit validate}: whether migration files say what they mean in words that Godwit knows. */
@Command(
        name = "validate",
        description =
                "Read a migration file, or all of a folder, and tell what is wrong with them; no database is asked.")
final class ValidateCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    @Parameters(
            index = "0",
            paramLabel = "FILE|FOLDER",
            description = "A migration file, in YAML or JSON, or a folder of them.")
    Path subject = Path.of("");

    @Option(names = "--json", description = "Print one JSON document on standard output.")
    boolean json;

    /** By a migration's name, the first file that has it. */
    private final Map<String, Path> files = new HashMap<>();

    @Override
    public Integer call() {
        var output = new Output(System.out, System.err, json);
        var migrations = new ArrayList<Map<String, Object>>();
        var problems = new ArrayList<Problem>();
        try {
            for (var file : Files.isDirectory(subject) ? MigrationFile.in(subject) : List.of(subject)) {
                migrations.add(read(file, problems, output));
            }
        } catch (GodwitException e) {
            problems.add(e.problem());
            output.tell(e.problem());
        }
        var report = new LinkedHashMap<String, Object>();
        report.put("ok", problems.isEmpty());
        report.put("migrations", migrations);
        if (!problems.isEmpty()) {
            report.put("problem", problems.getFirst());
        }
        output.result(report);
        return (problems.isEmpty() ? ExitCode.DONE : ExitCode.WRONG_USAGE).status();
    }

    private Map<String, Object> read(Path file, List<Problem> problems, Output output) {
        var report = new LinkedHashMap<String, Object>();
        report.put("file", file.toString());
        try {
            var migration = MigrationFile.parse(MoveFile.text(file), file);
            requireOwnName(migration, file);
            var words = migration.operations().stream().map(Operation::word).toList();
            report.put("name", migration.name().name());
            report.put("version", migration.version().name());
            report.put("operations", words);
            output.say("%s: %s (%s)"
                    .formatted(migration.name().name(), Words.of(words.size(), "operation"), String.join(", ", words)));
        } catch (GodwitException e) {
            problems.add(e.problem());
            report.put("problem", e.problem());
            output.say("%s:".formatted(file));
            output.tell(e.problem());
        }
        return report;
    }

    private void requireOwnName(Migration migration, Path file) {
        var first = files.putIfAbsent(migration.name().name(), file);
        if (first != null) {
            throw Problem.of(
                            "migration-twice",
                            "%s and %s are both the migration %s."
                                    .formatted(
                                            first.getFileName(),
                                            file.getFileName(),
                                            migration.name().name()),
                            "Give one of them another name.")
                    .withObjects(List.of(first.toString(), file.toString()))
                    .asException();
        }
    }
}
