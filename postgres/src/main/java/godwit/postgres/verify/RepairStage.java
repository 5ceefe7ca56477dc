package godwit.postgres.verify;

import godwit.verify.KeyDifference;
import godwit.verify.RowKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The differing keys of one table, kept in a temporary table of the follower, however many they are.
 *
 * <p>Its columns are {@code place} (a number), {@code k0}, {@code k1} and so on (the key's texts, or the hash of a row
 * without a key), {@code leader} and {@code follower} (the rows that each side has under it).
 */
final class RepairStage implements AutoCloseable {
    /** The stage's name in statements. */
    static final String NAME = "pg_temp.godwit_differing";

    private static final int KEYS_PER_STATEMENT = 5_000;

    private final Connection follower;
    private final int width;

    private RepairStage(Connection follower, int width) {
        this.follower = follower;
        this.width = width;
    }

    static RepairStage open(Connection follower, ComparedTable table) throws SQLException {
        var stage = new RepairStage(follower, Math.max(1, table.key().size()));
        var columns = stage.columns().map(k -> k + " text NOT NULL").collect(Collectors.joining(", "));
        stage.execute(
                "CREATE TEMP TABLE godwit_differing (place bigint GENERATED ALWAYS AS IDENTITY, %s,".formatted(columns)
                        + " leader bigint NOT NULL, follower bigint NOT NULL) ON COMMIT DROP");
        return stage;
    }

    void add(List<KeyDifference> differences) throws SQLException {
        for (int first = 0; first < differences.size(); first += KEYS_PER_STATEMENT) {
            insert(differences.subList(first, Math.min(differences.size(), first + KEYS_PER_STATEMENT)));
        }
    }

    /** Lets the follower's planner know how many there are. */
    void analyze() throws SQLException {
        execute("ANALYZE " + NAME);
    }

    /** Runs a statement on the follower and returns the rows that it touched. */
    long update(String sql) throws SQLException {
        try (var statement = follower.createStatement()) {
            return statement.executeLargeUpdate(sql);
        }
    }

    /** The number of differing keys. */
    long size() throws SQLException {
        try (var statement = follower.createStatement();
                var row = statement.executeQuery("SELECT count(*) FROM " + NAME)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The next keys behind a place for which a condition on the stage holds. */
    List<Lacking> lacking(long behind, String condition) throws SQLException {
        var sql = "SELECT place, leader, follower, %s FROM %s WHERE place > ? AND %s ORDER BY place LIMIT %d"
                .formatted(columns().collect(Collectors.joining(", ")), NAME, condition, KEYS_PER_STATEMENT);
        try (var statement = follower.prepareStatement(sql)) {
            statement.setLong(1, behind);
            var found = new ArrayList<Lacking>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    var values = new ArrayList<String>();
                    for (int i = 0; i < width; i++) {
                        values.add(rows.getString(4 + i));
                    }
                    found.add(new Lacking(rows.getLong(1), new RowKey(values), rows.getLong(2), rows.getLong(3)));
                }
            }
            return found;
        }
    }

    @Override
    public void close() throws SQLException {
        execute("DROP TABLE " + NAME);
    }

    private void insert(List<KeyDifference> differences) throws SQLException {
        var names = columns().collect(Collectors.joining(", "));
        var parameters = columns().map(k -> "?::text[]").collect(Collectors.joining(", "));
        var sql = "INSERT INTO %s (%s, leader, follower) SELECT * FROM unnest(%s, ?::bigint[], ?::bigint[])"
                .formatted(NAME, names, parameters);
        try (var statement = follower.prepareStatement(sql)) {
            for (int i = 0; i < width; i++) {
                int column = i;
                statement.setObject(
                        i + 1,
                        differences.stream()
                                .map(d -> d.key().values().get(column))
                                .toArray(String[]::new));
            }
            statement.setObject(
                    width + 1,
                    differences.stream().mapToLong(d -> d.leader().rows()).toArray());
            statement.setObject(
                    width + 2,
                    differences.stream().mapToLong(d -> d.follower().rows()).toArray());
            statement.execute();
        }
    }

    private Stream<String> columns() {
        return IntStream.range(0, width).mapToObj(i -> "k" + i);
    }

    private void execute(String sql) throws SQLException {
        try (var statement = follower.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * A key under which rows of the leader are to be inserted.
     *
     * @param place where it stands in the stage
     * @param key its texts
     * @param leader the leader's rows under it
     * @param follower the follower's rows under it before the repair
     */
    record Lacking(long place, RowKey key, long leader, long follower) {}
}
