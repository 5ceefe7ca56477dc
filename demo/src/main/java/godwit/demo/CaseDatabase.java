package godwit.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A case-management database as police forces have it, loaded with a stated number of rows.
 *
 * @param persons how many persons there are; their ids start at 1
 * @param cases how many cases there are; their ids start at 1
 * @param rows how many rows all tables have together
 * @param budget the sum of all cases' budgets, which no operation of the workload changes
 */
public record CaseDatabase(long persons, long cases, long rows, BigDecimal budget) implements Application {
    /** Below this the shares of some tables would be empty. */
    public static final long ROWS_MIN = 1000;

    /** Creates the schema in an empty database, loads this many rows in total, and commits. */
    public static CaseDatabase create(Connection connection, long rows) throws SQLException {
        if (rows < ROWS_MIN) {
            throw new IllegalArgumentException("a case database has at least " + ROWS_MIN + " rows");
        }
        var shares = Shares.of(rows);
        connection.setAutoCommit(false);
        run(connection, "tables.sql");
        for (var share : shares.byName().entrySet()) {
            set(connection, share);
        }
        run(connection, "rows.sql");
        run(connection, "rules.sql");
        var budget = budget(connection);
        connection.commit();
        return new CaseDatabase(shares.persons(), shares.cases(), shares.total(), budget);
    }

    @Override
    public Operation next(RandomGenerator random, int client) {
        return CaseOperation.next(random, this, client);
    }

    @Override
    public void note(Connection connection, int client, int number, Operation operation) throws SQLException {
        Sql.run(
                connection,
                "INSERT INTO operations (client, number, kind, case_id) VALUES (?, ?, ?, nullif(?, 0))",
                client,
                number,
                operation.kind(),
                operation.about());
    }

    private static BigDecimal budget(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var sum = statement.executeQuery("SELECT sum(budget) FROM cases")) {
            sum.next();
            return sum.getBigDecimal(1);
        }
    }

    private static void set(Connection connection, Map.Entry<String, Long> share) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT set_config(?, ?, true)")) {
            statement.setString(1, "demo." + share.getKey());
            statement.setString(2, share.getValue().toString());
            statement.execute();
        }
    }

    private static void run(Connection connection, String script) throws SQLException {
        try (var resource = CaseDatabase.class.getResourceAsStream(script);
                var statement = connection.createStatement()) {
            if (resource == null) {
                throw new IllegalStateException("the jar lacks " + script);
            }
            statement.execute(new String(resource.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** How many rows each table gets; what is left goes to the notes. */
    private record Shares(
            long agencies, long officers, long persons, long cases, long links, long evidence, long notes) {
        static Shares of(long rows) {
            var agencies = Math.max(4, rows / 5000);
            var officers = Math.max(agencies, rows / 250);
            var persons = rows / 4;
            var cases = rows / 5;
            var links = rows / 4;
            var evidence = rows / 10;
            var notes = rows - agencies - officers - persons - cases - links - evidence;
            return new Shares(agencies, officers, persons, cases, links, evidence, notes);
        }

        long total() {
            return agencies + officers + persons + cases + links + evidence + notes;
        }

        Map<String, Long> byName() {
            return Map.of(
                    "agencies", agencies,
                    "officers", officers,
                    "persons", persons,
                    "cases", cases,
                    "links", links,
                    "evidence", evidence,
                    "notes", notes);
        }
    }
}
