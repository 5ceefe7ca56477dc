package godwit.postgres.move;

import godwit.Problem;
import godwit.move.UrlReference;
import godwit.postgres.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Finds the addresses of databases where files say that they stand; read again each time, so that what changes there
 * counts from the next connection on.
 */
public final class Addresses {
    private final Path folder;
    private final Map<String, String> environment;

    /**
     * @param folder where relative paths begin
     * @param environment may be a live view
     */
    public Addresses(Path folder, Map<String, String> environment) {
        this.folder = folder;
        this.environment = environment;
    }

    public Endpoint read(UrlReference reference) {
        return Endpoint.parse(
                switch (reference) {
                    case UrlReference.Environment variable -> fromEnvironment(variable);
                    case UrlReference.InFile file -> fromFile(file);
                });
    }

    private String fromEnvironment(UrlReference.Environment variable) {
        var url = environment.get(variable.variable());
        if (url == null || url.isBlank()) {
            throw Problem.of(
                            "variable-missing",
                            "The environment has no variable %s.".formatted(variable.variable()),
                            "Set it to the database's postgresql:// URL.")
                    .asException();
        }
        return url;
    }

    private String fromFile(UrlReference.InFile file) {
        try {
            return Files.readAllLines(folder.resolve(file.path())).stream()
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            throw Problem.of(
                            "file-unreadable",
                            "%s cannot be read.".formatted(file.path()),
                            "Check the path and its permissions.")
                    .asException(e);
        }
    }
}
