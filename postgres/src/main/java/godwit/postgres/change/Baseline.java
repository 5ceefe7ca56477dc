package godwit.postgres.change;

import godwit.Problem;
import godwit.file.Json;
import godwit.postgres.Database;
import godwit.postgres.catalog.SchemaReader;
import godwit.postgres.catalog.SchemaSelection;
import godwit.postgres.change.ChangeLedger.Made;
import godwit.postgres.ledger.PostgresLedger;
import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The beginning of a schema's history: it is what it is. */
public final class Baseline {
    private final Database database;
    private final Identifier schema;

    public Baseline(Database database, Identifier schema) {
        this.database = database;
        this.schema = schema;
    }

    /**
     * Notes the schema as it is under a name, and what pgroll has made of it before.
     *
     * @return the migration file that would make it
     * @throws godwit.GodwitException baseline-exists, pgroll-under-way
     */
    public Taken take(String name) {
        try (var session = database.open("baseline")) {
            new PostgresLedger(session).create();
            var ledger = new ChangeLedger(session);
            if (ledger.find(schema, name).isPresent()) {
                throw Problem.of(
                                "baseline-exists",
                                "%s has a migration %s already.".formatted(schema.name(), name),
                                "Choose another name, or leave it at that.")
                        .asException();
            }
            var statements = new SchemaReader(session.connection())
                    .read(new SchemaSelection(table -> table.schema().equals(schema))).objects().stream()
                            .flatMap(object -> object.create().stream())
                            .toList();
            var text = text(statements);
            var before = new PgrollHistory(session, schema).read();
            var drift = new SchemaDrift(session, schema);
            var shape = drift.now();
            var id = UUID.randomUUID();
            session.transaction(s -> {
                var within = new ChangeLedger(s);
                before.stream()
                        .filter(made -> within.find(schema, made.name()).isEmpty())
                        .forEach(within::add);
                within.add(new Made(id, schema, name, "", "baseline", name + ".json", text, true));
                drift.keep(s, id, shape);
                return true;
            });
            return new Taken(statements.size(), text);
        } catch (SQLException e) {
            throw Problem.of("catalog-unreadable", "The catalog cannot be read.", "Try again.")
                    .asException(e);
        }
    }

    /**
     * What a schema was taken over as.
     *
     * @param text a migration file in JSON
     */
    public record Taken(int statements, String text) {}

    private static String text(List<String> statements) {
        var sql = String.join(";\n\n", statements) + (statements.isEmpty() ? "SELECT" : ";");
        return Json.write(Map.of("operations", List.of(Map.of("sql", Map.of("up", sql))))) + "\n";
    }
}
