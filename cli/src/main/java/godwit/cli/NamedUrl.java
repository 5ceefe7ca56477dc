package godwit.cli;

import godwit.Problem;
import godwit.move.UrlReference;
import java.nio.file.Path;

/** Where an option says that a database's URL is found; a URL itself, which may hold a password, is seen by everybody. */
final class NamedUrl {
    private NamedUrl() {}

    /**
     * Reads {@code env:NAME} or {@code file:PATH}, whose path begins in the current folder.
     *
     * @param option as people write it, such as {@code --target}
     * @throws godwit.GodwitException secret-in-arguments
     */
    static UrlReference of(String text, String option) {
        if (text.startsWith("env:")) {
            return new UrlReference.Environment(text.substring(4));
        }
        if (text.startsWith("file:")) {
            return new UrlReference.InFile(
                    Path.of(text.substring(5)).toAbsolutePath().toString());
        }
        throw Problem.of(
                        "secret-in-arguments",
                        "%s does not name where the URL is found.".formatted(option),
                        "Write env:NAME or file:PATH; a URL, which may hold a password, is seen by everybody here.")
                .asException();
    }
}
