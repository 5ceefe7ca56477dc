package godwit.postgres.move;

import godwit.postgres.Database;
import godwit.postgres.Endpoint;
import godwit.postgres.Pair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** A database full of traps in a pair's source, owned by whoever is to move it. */
final class CaseDatabase {
    private static final String CATALOG = """
            SELECT 'relation ' || concat_ws(' ', c.oid::regclass, relkind, relpersistence, relreplident, relrowsecurity, relacl) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
              WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            UNION ALL SELECT 'column ' || concat_ws(' ', attrelid::regclass, attname, format_type(atttypid, atttypmod),
              attnotnull, attidentity, attgenerated, attstorage) FROM pg_attribute a
              JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
              WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND attnum > 0 AND NOT attisdropped
            UNION ALL SELECT 'constraint ' || concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated)
              FROM pg_constraint WHERE conrelid >= 16384
            UNION ALL SELECT 'trigger ' || concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger
              WHERE NOT tgisinternal
            UNION ALL SELECT 'function ' || oid::regprocedure FROM pg_proc WHERE pronamespace::regnamespace::text
              NOT IN ('pg_catalog', 'information_schema')
            UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
            UNION ALL SELECT 'type ' || oid::regtype FROM pg_type WHERE typnamespace::regnamespace::text
              NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
            UNION ALL SELECT 'extension ' || extname FROM pg_extension
            UNION ALL SELECT 'publication ' || pubname FROM pg_publication
            UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database = current_database()
            UNION ALL SELECT 'setting ' || setconfig::text FROM pg_db_role_setting s JOIN pg_database d
              ON d.oid = setdatabase WHERE datname = current_database()
            ORDER BY 1""";

    private CaseDatabase() {}

    static void create(Pair pair, String owner) {
        for (var session : List.of(pair.atSource(), pair.atTarget())) {
            session.execute(
                    "DO $$BEGIN CREATE ROLE mover LOGIN REPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END$$");
            if (session.number("SHOW server_version_num") >= 150000) {
                session.execute("GRANT SET ON PARAMETER session_replication_role TO mover");
            }
            session.execute("ALTER DATABASE " + pair.name() + " OWNER TO " + owner);
        }
        try (var session = as(owner, pair.source()).open("test")) {
            session.execute("SET search_path = public");
            session.execute(sql());
        }
    }

    private static Database as(String role, Database database) {
        var at = database.endpoint();
        return new Database(() -> new Endpoint(at.host(), at.port(), at.database(), role, "", Map.of()));
    }

    private static String sql() {
        try (var stream = CaseDatabase.class.getResourceAsStream("cases.sql")) {
            return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that a database holds but rows, a line each. */
    static List<String> catalog(Database database) {
        try (var session = database.open("look")) {
            return session.query(CATALOG, row -> row.getString(1));
        }
    }

    /** What one catalog has and the other has not, the latter marked by a plus. */
    static List<String> difference(List<String> before, List<String> after) {
        return Stream.concat(
                        before.stream().filter(line -> !after.contains(line)).map(line -> "- " + line),
                        after.stream().filter(line -> !before.contains(line)).map(line -> "+ " + line))
                .toList();
    }

    /** What Godwit has made in a database and not taken away. */
    static List<String> traces(Database database) {
        return catalog(database).stream()
                .filter(line -> line.contains("godwit"))
                .toList();
    }
}
