package godwit.cli;

import godwit.GodwitException;
import godwit.Problem;
import godwit.postgres.change.Baseline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit baseline}: a database as it is becomes the beginning of its history. */
@Command(
        name = "baseline",
        description =
                "Take a database over as it is: write its schema as the first migration file and note it as done.")
final class BaselineCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    @Parameters(index = "0", paramLabel = "NAME", description = "The migration's name, such as 01_base.")
    String name = "";

    @Parameters(index = "1", paramLabel = "FOLDER", description = "Where the migration files are.")
    Path folder = Path.of("");

    @Mixin
    DatabaseOptions of = new DatabaseOptions();

    @Override
    public Integer call() {
        var output = of.output();
        Baseline baseline;
        try {
            requireUsable();
            var subject = of.subject();
            baseline = new Baseline(subject.database(), subject.schema());
        } catch (GodwitException e) {
            output.problem(e.problem());
            return ExitCode.WRONG_USAGE.status();
        }
        try {
            var taken = baseline.take(name);
            var file = write(taken.text());
            output.say("%s is taken over as %s: %d statements in %s."
                    .formatted(of.schema, name, taken.statements(), file));
            output.result(Map.of("name", name, "file", file.toString(), "statements", taken.statements()));
            return ExitCode.DONE.status();
        } catch (GodwitException e) {
            output.problem(e.problem());
            return ExitCode.REFUSED.status();
        }
    }

    private void requireUsable() {
        if (!name.matches("[A-Za-z0-9_-]{1,60}") || !Files.isDirectory(folder)) {
            throw Problem.of(
                            "baseline-unusable",
                            "A baseline needs a name of letters, digits, _ and -, and a folder that is there.",
                            "Write godwit baseline 01_base migrations.")
                    .asException();
        }
    }

    private Path write(String text) {
        var file = folder.resolve(name + ".json");
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw Problem.of(
                            "file-unwritable",
                            "%s cannot be written.".formatted(file),
                            "Check the folder's permissions, and write it with godwit pull: the database has been taken over.")
                    .asException(e);
        }
    }
}
