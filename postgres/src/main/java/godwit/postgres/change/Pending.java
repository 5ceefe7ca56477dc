package godwit.postgres.change;

import godwit.Problem;
import godwit.change.Migration;
import godwit.postgres.Database;
import godwit.postgres.change.SchemaChange.MigrationText;
import godwit.schema.Identifier;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What of a folder of migrations a schema has not had yet. */
public final class Pending {
    private final Database database;
    private final List<Part> files;
    private final Identifier schema;
    private final ChangeConduct conduct;

    /** A migration with its file. */
    public record Part(Migration migration, MigrationText text) {}

    /** @param files all of a folder, in their order */
    public Pending(Database database, List<Part> files, Identifier schema, ChangeConduct conduct) {
        this.database = database;
        this.files = List.copyOf(files);
        this.schema = schema;
        this.conduct = conduct;
    }

    /**
     * Those that are not complete, in their order; where a change is under way, those up to it.
     *
     * @throws godwit.GodwitException migration-out-of-order
     */
    private List<Part> parts() {
        try (var session = database.open("plan")) {
            var ledger = new ChangeLedger(session);
            var done = new HashSet<>(ledger.completed(schema));
            var last = files.stream().filter(part -> done.contains(name(part))).reduce((a, b) -> b);
            var pending =
                    files.stream().filter(part -> !done.contains(name(part))).toList();
            for (var part : pending) {
                if (last.isPresent() && files.indexOf(part) < files.indexOf(last.get())) {
                    throw Problem.of(
                                    "migration-out-of-order",
                                    "%s comes before %s, which is complete.".formatted(name(part), name(last.get())),
                                    "Give it a name that comes after all that are complete.")
                            .withObjects(List.of(part.text().path()))
                            .asException();
                }
            }
            var underWay = ledger.underWay(schema)
                    .flatMap(made -> pending.stream()
                            .filter(part -> name(part).equals(made.name()))
                            .findFirst());
            return underWay.map(part -> pending.subList(0, pending.indexOf(part) + 1))
                    .orElse(pending);
        }
    }

    private static String name(Part part) {
        return part.migration().name().name();
    }

    /** All of them as one change, whose version is the last one's; empty when there is none. */
    public Optional<SchemaChange> asOne() {
        var parts = parts();
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        var last = parts.getLast();
        if (parts.size() == 1) {
            return Optional.of(change(last));
        }
        var operations = parts.stream()
                .flatMap(part -> part.migration().operations().stream())
                .toList();
        return Optional.of(new SchemaChange(
                database,
                new Migration(last.migration().name(), last.migration().version(), operations),
                new MigrationText(
                        last.text().path(),
                        parts.stream().map(part -> part.text().text()).collect(Collectors.joining("\n")),
                        last.text().text()),
                parts.subList(0, parts.size() - 1),
                schema,
                conduct));
    }

    /** Each as a change of its own. */
    public List<SchemaChange> oneByOne() {
        return parts().stream().map(this::change).toList();
    }

    private SchemaChange change(Part part) {
        return new SchemaChange(database, part.migration(), part.text(), List.of(), schema, conduct);
    }
}
