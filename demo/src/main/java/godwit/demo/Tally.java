package godwit.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.BitSet;

/**
 * The operations in a database, compared with what was acknowledged to the clients that did them.
 *
 * @param lost acknowledged, but not there
 * @param doubled there once more than they should be
 * @param invented there, though nobody did them
 */
public record Tally(long lost, long doubled, long invented) {
    /**
     * Counts the operations on one side. While clients work, what is lost and doubled is exact, but an operation that is
     * just being acknowledged counts as invented.
     */
    public static Tally of(Connection connection, Workload<?> workload) throws SQLException {
        long lost = 0;
        long doubled = 0;
        long invented = 0;
        for (var client : workload.clients()) {
            var found = new BitSet();
            // Before the database is read: what is acknowledged later need not be in it.
            var missing = client.acknowledged().committed();
            doubled += find(connection, client.client(), found);
            missing.andNot(found);
            lost += missing.cardinality();
            found.andNot(client.acknowledged().committed());
            found.andNot(client.acknowledged().unsure());
            invented += found.cardinality();
        }
        return new Tally(lost, doubled, invented);
    }

    private static long find(Connection connection, int client, BitSet found) throws SQLException {
        long doubled = 0;
        try (var statement = connection.prepareStatement("SELECT number FROM operations WHERE client = ?")) {
            statement.setInt(1, client);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    var number = rows.getInt(1);
                    doubled += found.get(number) ? 1 : 0;
                    found.set(number);
                }
            }
        }
        return doubled;
    }
}
