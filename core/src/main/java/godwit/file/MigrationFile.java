package godwit.file;

import godwit.GodwitException;
import godwit.Problem;
import godwit.change.Migration;
import godwit.change.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Reads a migration in pgroll's format, YAML or JSON, and refuses whatever it does not know. */
public final class MigrationFile {
    private static final List<String> ENDINGS = List.of(".json", ".yaml", ".yml");

    private MigrationFile() {}

    /**
     * The migration files of a folder in the order in which they are run, which is that of their names, character by
     * character. What is in folders inside it is none of them.
     *
     * @throws GodwitException {@code file-unreadable}, or {@code no-migrations} where there are none
     */
    public static List<Path> in(Path folder) {
        try (var entries = Files.list(folder)) {
            var files = entries.filter(file -> ENDINGS.stream().anyMatch(name(file)::endsWith))
                    .filter(Files::isRegularFile)
                    .sorted(Comparator.comparing(MigrationFile::name))
                    .toList();
            if (files.isEmpty()) {
                throw Problem.of(
                                "no-migrations",
                                "%s has no migration files.".formatted(folder),
                                "Their names end with %s.".formatted(String.join(", ", ENDINGS)))
                        .asException();
            }
            return files;
        } catch (IOException e) {
            throw Problem.of(
                            "file-unreadable",
                            "%s cannot be read.".formatted(folder),
                            "Check the path and its permissions.")
                    .asException(e);
        }
    }

    /** Whether a text is that of a migration, right or wrong; what cannot be read at all is none. */
    public static boolean isOne(String text) {
        try {
            return Trees.read(text).has("operations");
        } catch (GodwitException unreadable) {
            return false;
        }
    }

    /**
     * Reads a file's text.
     *
     * @param file by whose name the migration goes, unless the text gives one
     * @throws GodwitException a Problem for the first thing that is wrong; its objects have the place, such as {@code
     *     operations[0].add_column.column.type}
     */
    public static Migration parse(String text, Path file) {
        var fields = new Fields(new Nodes(Trees.read(text), "", Layers.none()))
                .only(Set.of("name", "version_schema", "operations"));
        var name =
                fields.maybeName("name").orElseGet(() -> Fields.nameOf("the file's name", withoutEnding(name(file))));
        return new Migration(name, fields.maybeName("version_schema").orElse(name), operations(fields));
    }

    private static List<Operation> operations(Fields fields) {
        if (fields.isMapping("operations")) {
            throw fields.wrong(
                    "wrong-type",
                    "operations",
                    "operations must be a list.",
                    "Write each operation as an item of its own, with a dash before its name.");
        }
        fields.require("operations");
        var operations =
                fields.list("operations").stream().map(OperationReader::read).toList();
        if (operations.isEmpty()) {
            throw fields.wrong(
                    "no-operations",
                    "operations",
                    "The migration has no operations.",
                    "List them under operations, each as a mapping of its own.");
        }
        return operations;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static String withoutEnding(String name) {
        return ENDINGS.stream()
                .filter(name::endsWith)
                .findFirst()
                .map(ending -> name.substring(0, name.length() - ending.length()))
                .orElse(name);
    }
}
