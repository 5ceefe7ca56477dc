package godwit.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * A register of people whose tables an application of two versions uses at once, with a change between them.
 *
 * <p>Each client has people of its own, whose phones only it writes and whose last one it remembers; points go from anyone to
 * anyone, and their sum stays.
 */
public final class PeopleDatabase implements Application {
    /** Each client needs a few people of its own. */
    public static final long ROWS_MIN = 1000;

    /** How many people a client has of its own at most. */
    static final long OWN_MAX = 10;

    /** The points that somebody has at first. */
    static final int POINTS = 100;

    private static final List<String> TABLES = List.of(
            """
            CREATE TABLE persons (id int PRIMARY KEY, name text NOT NULL, phone text, points int NOT NULL DEFAULT 100,
              seen timestamptz NOT NULL DEFAULT now())""",
            "CREATE SEQUENCE persons_new",
            """
            CREATE TABLE contacts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person int NOT NULL REFERENCES persons,
              note text NOT NULL)""",
            "CREATE TABLE operations (client int NOT NULL, number int NOT NULL, kind text NOT NULL)");

    private static final List<String> INDEXES = List.of(
            "CREATE INDEX persons_phone ON persons (phone)",
            "CREATE INDEX contacts_person ON contacts (person)",
            "CREATE INDEX operations_client ON operations (client)");

    /** What changes between the application's versions, as its migration file has it. */
    public static final String MIGRATION = """
            operations:
              - rename_column: {table: persons, from: name, to: full_name}
              - alter_column:
                  table: persons
                  column: phone
                  nullable: false
                  up: coalesce(phone, 'none')
                  down: nullif(phone, 'none')
              - alter_column:
                  table: persons
                  column: points
                  type: bigint
                  up: points
                  down: points::int
              - add_column:
                  table: persons
                  column: {name: surname, type: text, nullable: true}
                  up: split_part(full_name, ' ', 2)
            """;

    /** The same as one would write it without two versions. */
    public static final String BLUNT = """
            ALTER TABLE persons RENAME name TO full_name;
            UPDATE persons SET phone = 'none' WHERE phone IS NULL;
            ALTER TABLE persons ALTER phone SET NOT NULL, ALTER points TYPE bigint, ADD surname text;
            UPDATE persons SET surname = split_part(full_name, ' ', 2)""";

    private final long rows;
    private final Map<Long, String> phones = new ConcurrentHashMap<>();

    private PeopleDatabase(long rows) {
        this.rows = rows;
    }

    /** Creates the tables in an empty database, loads so many people, and commits. */
    public static PeopleDatabase create(Connection connection, long rows) throws SQLException {
        if (rows < ROWS_MIN) {
            throw new IllegalArgumentException("a register has at least " + ROWS_MIN + " people");
        }
        var scripts = new ArrayList<String>();
        scripts.add("""
                INSERT INTO persons (id, name, phone) SELECT i, 'First' || i || ' Last' || i %% 977,
                  CASE WHEN i %% 3 > 0 THEN '0' || i END FROM generate_series(1, %d) i""".formatted(rows));
        scripts.add("SELECT setval('persons_new', %d)".formatted(rows));
        scripts.add(
                "INSERT INTO contacts (person, note) SELECT i, 'met' FROM generate_series(1, %d, 5) i".formatted(rows));
        scripts.add("ANALYZE");
        connection.setAutoCommit(false);
        createTables(connection);
        for (var script : scripts) {
            Sql.run(connection, script);
        }
        connection.commit();
        return new PeopleDatabase(rows);
    }

    /** Creates the tables, without rows, where the connection's path begins. */
    public static void createTables(Connection connection) throws SQLException {
        for (var statement : TABLES) {
            Sql.run(connection, statement);
        }
        for (var statement : INDEXES) {
            Sql.run(connection, statement);
        }
    }

    @Override
    public Operation next(RandomGenerator random, int client) {
        var one = 1 + random.nextLong(rows);
        return switch (random.nextInt(8)) {
            case 0, 1 ->
                new PeopleOperation.Call(
                        own(random, client), random.nextInt(4) > 0 ? "0" + random.nextInt(999_999) : "");
            case 2 -> new PeopleOperation.Give(one, 1 + random.nextLong(rows), 1 + random.nextInt(20));
            case 3 -> new PeopleOperation.Enlist(client + " Newcomer" + random.nextInt(99));
            case 4 -> new PeopleOperation.Rename(one, "First" + one + " Other" + random.nextInt(99));
            case 5 -> new PeopleOperation.Meet(one);
            default -> new PeopleOperation.Look(one);
        };
    }

    /** Somebody whom no other of up to a thousand clients calls. */
    private long own(RandomGenerator random, int client) {
        return 1 + (client - 1) % ROWS_MIN + ROWS_MIN * random.nextLong(Math.min(OWN_MAX, rows / ROWS_MIN));
    }

    @Override
    public void note(Connection connection, int client, int number, Operation operation) throws SQLException {
        Sql.run(
                connection,
                "INSERT INTO operations (client, number, kind) VALUES (?, ?, ?)",
                client,
                number,
                operation.kind());
    }

    @Override
    public void acknowledged(int client, Operation operation) {
        if (operation instanceof PeopleOperation.Call call) {
            phones.put(call.about(), call.phone());
        }
    }

    @Override
    public void unsure(int client, Operation operation) {
        if (operation instanceof PeopleOperation.Call call) {
            phones.remove(call.about());
        }
    }

    /** What was last written of the phones that clients remember; empty text for none. */
    Map<Long, String> phones() {
        return Map.copyOf(phones);
    }
}
