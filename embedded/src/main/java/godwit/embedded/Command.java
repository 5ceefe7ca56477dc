package godwit.embedded;

import godwit.Problem;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One of a server's own programs, run to its end.
 *
 * <p>PostgreSQL refuses to run as root, and a container often has no other user: there it runs in a user namespace of
 * its own, where it is nobody.
 */
final class Command {
    private static final long SECONDS_MAX = 120;
    private static final int MESSAGE_CHARACTERS_MAX = 2000;

    private final Path binaries;

    Command(Path binaries) {
        this.binaries = binaries;
    }

    /** Runs a program with its output in a file, so that a server that it leaves behind holds no pipe of ours. */
    void run(Path output, String program, Path data, List<String> arguments) {
        var line = new ArrayList<String>();
        if (isRoot()) {
            line.addAll(List.of("unshare", "-U"));
        }
        line.add(binaries.resolve("bin").resolve(program).toString());
        line.addAll(List.of("-D", data.toString()));
        line.addAll(arguments);
        try {
            var exit = exitOf(line, output);
            if (exit != 0) {
                throw Problem.of(
                                "embedded-server-failed",
                                "%s ended with %d: %s".formatted(program, exit, endOf(output)),
                                "Read the server's log beside its data; as root, user namespaces must be allowed.")
                        .asException();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static int exitOf(List<String> line, Path output) throws IOException {
        var process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(line.getFirst() + " did not end within " + SECONDS_MAX + " s");
            }
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + line.getFirst(), interrupted);
        }
    }

    private static String endOf(Path output) throws IOException {
        var text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
        return text.substring(Math.max(0, text.length() - MESSAGE_CHARACTERS_MAX));
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }
}
