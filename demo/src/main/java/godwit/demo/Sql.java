package godwit.demo;

import java.sql.Connection;
import java.sql.SQLException;

/** One statement with its parameters, run to its end. */
final class Sql {
    private Sql() {}

    /** Runs it and returns how many rows it changed; -1 when it only read. */
    static int run(Connection connection, String sql, Object... parameters) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.execute() ? -1 : statement.getUpdateCount();
        }
    }

    /** The only value of the only row. */
    static long number(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
