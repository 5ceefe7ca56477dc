package godwit.cli;

import godwit.GodwitException;
import godwit.Problem;
import godwit.file.MigrationFile;
import godwit.file.MoveFile;
import godwit.move.UrlReference;
import godwit.postgres.Database;
import godwit.postgres.change.ChangeConduct;
import godwit.postgres.change.Pending;
import godwit.postgres.change.SchemaChange;
import godwit.postgres.change.SchemaChange.MigrationText;
import godwit.postgres.move.Addresses;
import godwit.schema.Identifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a verb is about when it names a migration file: that change in the database that is meant. */
final class ChangeSubject {
    static final String DATABASE = "GODWIT_DATABASE";

    private final Map<String, String> environment;
    private final Optional<String> named;
    private final Identifier schema;

    /**
     * @param named {@code env:NAME} or {@code file:PATH}; without it {@link #DATABASE} has the URL
     * @param schema whose tables are changed
     */
    ChangeSubject(Map<String, String> environment, @Nullable String named, String schema) {
        this.environment = environment;
        this.named = Optional.ofNullable(named);
        this.schema = new Identifier(schema);
    }

    /** Only the second step needs a database. */
    interface Found {
        SchemaChange open();
    }

    /** Reads what can be read without a database; empty when the subject is no migration file. */
    Optional<Found> find(String subject, ChangeConduct conduct) {
        var file = Path.of(subject);
        if (Files.isDirectory(file)) {
            var pending = pending(file, conduct);
            return Optional.of(() -> pending.asOne().orElseThrow(() -> nothingPending(file)));
        }
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        var text = MoveFile.text(file);
        if (!MigrationFile.isOne(text)) {
            return Optional.empty();
        }
        var part = part(file);
        var database = database();
        return Optional.of(() -> new SchemaChange(database, part.migration(), part.text(), List.of(), schema, conduct));
    }

    /** The migrations of a folder, read. */
    Pending pending(Path folder, ChangeConduct conduct) {
        var parts = MigrationFile.in(folder).stream().map(ChangeSubject::part).toList();
        return new Pending(database(), parts, schema, conduct);
    }

    private static Pending.Part part(Path file) {
        var text = MoveFile.text(file);
        return new Pending.Part(MigrationFile.parse(text, file), new MigrationText(file.toString(), text));
    }

    private static GodwitException nothingPending(Path folder) {
        return Problem.of(
                        "nothing-pending",
                        "The schema has had all migrations of %s.".formatted(folder),
                        "Add a file, or name the one that is meant.")
                .asException();
    }

    Identifier schema() {
        return schema;
    }

    /** The database that is meant; it is not connected to. */
    Database database() {
        var reference = reference();
        var addresses = new Addresses(Path.of("."), environment);
        addresses.read(reference);
        return new Database(() -> addresses.read(reference));
    }

    private UrlReference reference() {
        if (named.isEmpty() && !environment.containsKey(DATABASE)) {
            throw Problem.of(
                            "database-not-named",
                            "Nothing says which database is to be changed.",
                            "Set GODWIT_DATABASE to its URL, or add --database env:NAME or --database file:PATH.")
                    .asException();
        }
        return named.map(text -> NamedUrl.of(text, "--database"))
                .orElseGet(() -> new UrlReference.Environment(DATABASE));
    }
}
