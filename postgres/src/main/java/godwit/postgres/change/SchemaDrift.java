package godwit.postgres.change;

import godwit.postgres.Session;
import godwit.postgres.catalog.SchemaReader;
import godwit.postgres.catalog.SchemaSelection;
import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What others than Godwit have made of a schema since its last migration or baseline, by comparison of catalogs. */
final class SchemaDrift {
    private final Session session;
    private final Identifier schema;

    SchemaDrift(Session session, Identifier schema) {
        this.session = session;
        this.schema = schema;
    }

    /** The schema's objects by their names, each as the statements that make it; read in a transaction of its own. */
    Map<String, String> now() {
        return read(session, new SchemaSelection(table -> table.schema().equals(schema)));
    }

    /** The same of any selection, as any session sees it. */
    static Map<String, String> read(Session session, SchemaSelection selection) {
        try {
            var all = new LinkedHashMap<String, String>();
            new SchemaReader(session.connection())
                    .read(selection)
                    .objects()
                    .forEach(object ->
                            all.put(object.kind() + " " + object.identity(), String.join(";\n", object.create())));
            return all;
        } catch (SQLException e) {
            throw session.failed(e);
        }
    }

    /** Remembers the schema as it is when a migration is complete, in the caller's transaction; that of before is forgotten. */
    void keep(Session within, UUID run, Map<String, String> shape) {
        within.execute(
                "DELETE FROM godwit.shape WHERE run IN (SELECT id FROM godwit.migration WHERE schema_name = ?)",
                schema.name());
        shape.forEach((name, made) -> within.execute(
                "INSERT INTO godwit.shape (run, kind, object, portable, exact) VALUES (?, 'schema', ?, ?, '')",
                run,
                name,
                made));
    }

    /** What has come, gone or changed since: {@code + table public.made}; nothing where nothing was remembered. */
    List<String> since() {
        var before = new LinkedHashMap<String, String>();
        session.query(
                        "SELECT s.object, s.portable FROM godwit.shape s JOIN godwit.migration m ON m.id = s.run"
                                + " WHERE m.schema_name = ? AND s.kind = 'schema' ORDER BY s.object",
                        row -> Map.entry(row.getString(1), row.getString(2)),
                        schema.name())
                .forEach(entry -> before.put(entry.getKey(), entry.getValue()));
        return before.isEmpty() ? List.of() : differences(before, now());
    }

    /** One line for each object that has come, gone, or is made otherwise, sorted by the objects. */
    static List<String> differences(Map<String, String> before, Map<String, String> after) {
        var all = new ArrayList<String>();
        before.forEach((name, made) -> {
            if (!after.containsKey(name)) {
                all.add("- " + name);
            } else if (!made.equals(after.get(name))) {
                all.add("~ " + name);
            }
        });
        after.keySet().stream().filter(name -> !before.containsKey(name)).forEach(name -> all.add("+ " + name));
        all.sort(Comparator.comparing(line -> line.substring(2)));
        return all;
    }
}
