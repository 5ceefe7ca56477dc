package godwit.postgres.change;

import godwit.Problem;
import godwit.postgres.Database;
import godwit.schema.Identifier;
import java.util.List;

/** All that a schema has had, as the ledger has kept it. */
public final class History {
    private final Database database;
    private final Identifier schema;

    public History(Database database, Identifier schema) {
        this.database = database;
        this.schema = schema;
    }

    /**
     * A migration.
     *
     * @param file its name as a file, without a folder
     * @param text what the file held when the migration began
     */
    public record Entry(String file, String text) {}

    /**
     * Those that are complete, the oldest first.
     *
     * @throws godwit.GodwitException no-history
     */
    public List<Entry> read() {
        try (var session = database.open("pull")) {
            var ledger = new ChangeLedger(session);
            if (!ledger.exists()) {
                throw Problem.of(
                                "no-history",
                                "Godwit knows nothing of %s.".formatted(schema.name()),
                                "Take it over with godwit baseline, or look whether it is the right database.")
                        .asException();
            }
            return session.query(
                    "SELECT name, file, text FROM godwit.migration WHERE schema_name = ? AND completed_at IS NOT NULL"
                            + " AND text <> '' ORDER BY completed_at, name",
                    row -> new Entry(row.getString(1) + ending(row.getString(2)), row.getString(3)),
                    schema.name());
        }
    }

    private static String ending(String file) {
        return file.matches("(?s).*[.](yaml|yml|json)") ? file.substring(file.lastIndexOf('.')) : ".json";
    }
}
