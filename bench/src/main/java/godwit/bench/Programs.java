package godwit.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Programs of others that a benchmark runs; their output goes to a log. */
final class Programs {
    private static final long MINUTES_MAX = 30;
    private static final List<Path> FOLDERS =
            List.of(Path.of("/usr/bin"), Path.of("/usr/local/bin"), Path.of("/usr/lib/postgresql/15/bin"));

    private final Path log;

    Programs(Path log) {
        this.log = log;
    }

    /** Those of the programs that this machine lacks. */
    static List<String> missing(List<String> names) {
        return names.stream()
                .filter(name -> FOLDERS.stream().noneMatch(folder -> Files.isExecutable(folder.resolve(name))))
                .toList();
    }

    /** The program's path: that of PostgreSQL 15 goes first, because the servers are of that version. */
    static String path(String name) {
        return FOLDERS.reversed().stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(name + " is missing"))
                .toString();
    }

    void run(List<String> command) {
        run(command, Map.of());
    }

    void run(List<String> command, Map<String, String> environment) {
        await(start(command, environment), command);
    }

    /** Runs a line of the shell for each, all at once. */
    void shellsAtOnce(List<String> lines) {
        var running = new ArrayList<Process>();
        for (var line : lines) {
            running.add(start(List.of("bash", "-c", "set -o pipefail; " + line), Map.of()));
        }
        for (var i = 0; i < lines.size(); i++) {
            await(running.get(i), List.of(lines.get(i)));
        }
    }

    Process start(List<String> command, Map<String, String> environment) {
        try {
            var builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void await(Process process, List<String> command) {
        try {
            if (!process.waitFor(MINUTES_MAX, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        command.getFirst() + " failed; see the end of " + log + System.lineSeparator() + tail());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String tail() {
        try {
            var lines = Files.readAllLines(log);
            return String.join(System.lineSeparator(), lines.subList(Math.max(0, lines.size() - 15), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
