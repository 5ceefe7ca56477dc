package godwit.postgres.change;

import godwit.Problem;
import godwit.postgres.Session;
import godwit.postgres.change.ChangeLedger.Made;
import godwit.schema.Identifier;
import java.util.List;
import java.util.UUID;

/**
 * What pgroll has made of a schema, as its table {@code pgroll.migrations} has it (version 0.16: schema, name, migration,
 * parent, done).
 */
final class PgrollHistory {
    private static final String KIND = "pgroll";

    private static final String MIGRATIONS = """
            SELECT name::text, coalesce(migration ->> 'version_schema', name::text), coalesce(migration, '{}')::text, done
            FROM pgroll.migrations WHERE schema = ? ORDER BY created_at, name""";

    private final Session session;
    private final Identifier schema;

    PgrollHistory(Session session, Identifier schema) {
        this.session = session;
        this.schema = schema;
    }

    private record Row(String name, String version, String migration, boolean done) {}

    /**
     * All of its migrations, the oldest first; none where pgroll has never been. The last one's version may be in use, and
     * goes as any other when a change is complete.
     *
     * @throws godwit.GodwitException pgroll-under-way
     */
    List<Made> read() {
        if (!session.is("SELECT pg_catalog.to_regclass('pgroll.migrations') IS NOT NULL")) {
            return List.of();
        }
        var rows = session.query(
                MIGRATIONS,
                row -> new Row(row.getString(1), row.getString(2), row.getString(3), row.getBoolean(4)),
                schema.name());
        rows.stream().filter(row -> !row.done()).findFirst().ifPresent(row -> {
            throw Problem.of(
                            "pgroll-under-way",
                            "pgroll has begun the migration %s and not completed it.".formatted(row.name()),
                            "Complete it or roll it back with pgroll first.")
                    .withObjects(List.of(row.name()))
                    .asException();
        });
        return rows.stream()
                .map(row -> new Made(
                        UUID.randomUUID(),
                        schema,
                        row.name(),
                        schema.name() + "_" + row.version(),
                        KIND,
                        "pgroll.migrations",
                        row.migration(),
                        true))
                .toList();
    }
}
