package godwit.cli;

import godwit.GodwitException;
import godwit.Problem;
import godwit.postgres.change.History;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit pull}: a schema's history as files again. */
@Command(name = "pull", description = "Write the migrations that a schema has had as files of a folder.")
final class PullCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    @Parameters(index = "0", paramLabel = "FOLDER", description = "Where the files are written; those there are kept.")
    Path folder = Path.of("");

    @Mixin
    DatabaseOptions of = new DatabaseOptions();

    @Override
    public Integer call() {
        var output = of.output();
        History history;
        try {
            requireFolder(folder);
            var subject = of.subject();
            history = new History(subject.database(), subject.schema());
        } catch (GodwitException e) {
            output.problem(e.problem());
            return ExitCode.WRONG_USAGE.status();
        }
        try {
            var entries = history.read();
            var written = write(entries);
            output.say("%d migrations, of which %d were not in %s.".formatted(entries.size(), written.size(), folder));
            output.result(Map.of("migrations", entries.size(), "written", written));
            return ExitCode.DONE.status();
        } catch (GodwitException e) {
            output.problem(e.problem());
            return ExitCode.REFUSED.status();
        }
    }

    static void requireFolder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw Problem.of(
                            "folder-missing",
                            "There is no folder %s.".formatted(folder),
                            "Name the folder of the migration files.")
                    .asException();
        }
    }

    private List<String> write(List<History.Entry> entries) {
        var missing = new ArrayList<History.Entry>();
        for (var entry : entries) {
            var file = folder.resolve(entry.file());
            if (!Files.exists(file)) {
                missing.add(entry);
            } else if (!read(file).equals(entry.text())) {
                throw Problem.of(
                                "file-differs",
                                "%s is not what the database has had under that name.".formatted(file),
                                "Pull into an empty folder and compare the two; nothing has been written.")
                        .withObjects(List.of(entry.file()))
                        .asException();
            }
        }
        missing.forEach(entry -> write(folder.resolve(entry.file()), entry.text()));
        return missing.stream().map(History.Entry::file).toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw Problem.of("file-unreadable", "%s cannot be read.".formatted(file), "Check its permissions.")
                    .asException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw Problem.of(
                            "file-unwritable",
                            "%s cannot be written.".formatted(file),
                            "Check the folder's permissions.")
                    .asException(e);
        }
    }
}
