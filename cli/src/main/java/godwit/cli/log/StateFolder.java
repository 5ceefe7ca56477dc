package godwit.cli.log;

import godwit.file.Layers.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.UUID;

/**
 * Where Godwit keeps what belongs to this machine: its logs.
 *
 * @param source what named it
 */
public record StateFolder(Path path, String source) {
    /** GODWIT_STATE, else the user's state folder (XDG Base Directory Specification). */
    public static StateFolder of(Map<String, String> environment) {
        var own = environment.getOrDefault("GODWIT_STATE", "");
        if (!own.isBlank()) {
            return new StateFolder(Path.of(own), "environment GODWIT_STATE");
        }
        var state = environment.getOrDefault("XDG_STATE_HOME", "");
        if (Path.of(state).isAbsolute()) {
            return new StateFolder(Path.of(state, "godwit"), "environment XDG_STATE_HOME");
        }
        return new StateFolder(Path.of(System.getProperty("user.home", "."), ".local", "state", "godwit"), "default");
    }

    /** As a setting. */
    public Origin origin() {
        return new Origin("state", path.toString(), source);
    }

    /** What belongs to one run. */
    Path ofRun(UUID run) {
        return path.resolve("runs").resolve(run.toString());
    }

    /** Takes all of it away. */
    public void remove() {
        delete(path);
    }

    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
