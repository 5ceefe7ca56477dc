package godwit.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** The files that people wrote: those of the repository without what builds leave there. */
record Repository(Path root) {
    private static final Set<String> NOT_OURS = Set.of("target", ".git", ".idea", ".vscode", "node_modules");
    private static final Set<String> ENDINGS = Set.of("java", "xml", "md", "sh", "yaml", "yml", "json", "sql", "py");
    private static final Set<String> SCRIPTS = Set.of("godwit", "run");

    /** The repository in which the tests run. */
    static Repository here() {
        return Stream.iterate(Path.of("").toAbsolutePath(), Objects::nonNull, Path::getParent)
                .filter(folder -> Files.isDirectory(folder.resolve("testkit")))
                .findFirst()
                .map(Repository::new)
                .orElseThrow();
    }

    List<Path> texts() {
        return files().filter(Repository::isText).toList();
    }

    List<Path> java() {
        return files().filter(file -> file.toString().endsWith(".java")).toList();
    }

    /** The shipped sources of one module. */
    List<Path> java(String module) {
        var sources = root.resolve(module).resolve("src/main/java");
        return java().stream().filter(file -> file.startsWith(sources)).toList();
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Where something stands, as editors open it. */
    String place(Path file, long line) {
        return root.relativize(file) + ":" + line;
    }

    private Stream<Path> files() {
        return filesUnder(root).stream();
    }

    private static List<Path> filesUnder(Path folder) {
        try (var entries = Files.list(folder)) {
            return entries.filter(
                            entry -> !NOT_OURS.contains(entry.getFileName().toString()))
                    .sorted()
                    .flatMap(entry -> Files.isDirectory(entry) ? filesUnder(entry).stream() : Stream.of(entry))
                    .toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static boolean isText(Path file) {
        var name = file.getFileName().toString();
        return SCRIPTS.contains(name) || ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1));
    }
}
