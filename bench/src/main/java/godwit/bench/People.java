package godwit.bench;

import java.util.List;

/** The table that backfills are measured with. */
final class People {
    static final String DATABASE = "people";

    /** What the new column gets; the same for all that are measured. */
    static final String UP = "upper(coalesce(phone, 'none'))";

    static final String OPERATIONS = """
              - alter_column: {table: people, column: phone, type: text, up: "%s", down: phone}
            """.formatted(UP);

    private static final String TABLE =
            "CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, phone text, note text, seen timestamptz)";

    private People() {}

    static long rows(Bench.Setting setting) {
        return Math.max(1000, (long) (2_000_000 * setting.scale()));
    }

    private static String insert(Bench.Setting setting) {
        return """
                INSERT INTO people SELECT i, 'First' || i || ' Last' || i %% 977, CASE WHEN i %% 3 > 0 THEN 'p0' || i END,
                  repeat('x', i %% 40), timestamptz '2024-01-01 00:00+00' + i * interval '1 min'
                FROM generate_series(1, %d) i""".formatted(rows(setting));
    }

    /** Makes the database anew, with its rows. */
    static void create(Bench.Setting setting) {
        createEmpty(setting);
        fill(setting, List.of());
    }

    static void createEmpty(Bench.Setting setting) {
        var source = setting.servers().source();
        Servers.execute(
                source,
                "postgres",
                List.of("DROP DATABASE IF EXISTS " + DATABASE + " WITH (FORCE)", "CREATE DATABASE " + DATABASE));
        Servers.execute(source, DATABASE, List.of(TABLE));
    }

    /** Inserts the rows as they were before anybody kept columns in step. */
    static void fill(Bench.Setting setting, List<String> afterwards) {
        var source = setting.servers().source();
        Servers.execute(source, DATABASE, List.of("ALTER TABLE people DISABLE TRIGGER ALL", insert(setting)));
        Servers.execute(source, DATABASE, afterwards);
        Servers.execute(source, DATABASE, List.of("VACUUM ANALYZE people"));
        setting.servers().settle();
    }
}
