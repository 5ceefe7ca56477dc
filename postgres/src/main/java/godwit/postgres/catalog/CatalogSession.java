package godwit.postgres.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;

/**
 * One consistent look at a catalog, under settings that make the server qualify every name.
 *
 * <p>It reads inside a transaction (or a savepoint of the caller's), whose rollback at the end gives the connection
 * its settings back.
 */
final class CatalogSession implements AutoCloseable {
    private static final String SETTINGS = """
            SELECT set_config('search_path', '', true), set_config('quote_all_identifiers', 'off', true),
                   set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'postgres', true),
                   set_config('TimeZone', 'UTC', true), set_config('extra_float_digits', '1', true),
                   set_config('bytea_output', 'hex', true), set_config('jit', 'off', true)
            """;

    /** Reads one value from a row. */
    interface Reading<T> {
        T of(Row row) throws SQLException;
    }

    private final Connection connection;
    private final boolean ownTransaction;
    private final Savepoint before;

    CatalogSession(Connection connection) throws SQLException {
        this.connection = connection;
        ownTransaction = connection.getAutoCommit();
        if (ownTransaction) {
            connection.setAutoCommit(false);
            execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        }
        before = connection.setSavepoint();
        execute(SETTINGS);
    }

    /** The major version of the server, such as 15. */
    int version() throws SQLException {
        return connection.getMetaData().getDatabaseMajorVersion();
    }

    <T> List<T> list(String sql, Reading<T> reading) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            var row = new Row(result);
            var read = new ArrayList<T>();
            while (result.next()) {
                read.add(reading.of(row));
            }
            return List.copyOf(read);
        }
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        if (ownTransaction) {
            connection.rollback();
            connection.setAutoCommit(true);
        } else {
            connection.rollback(before);
            connection.releaseSavepoint(before);
        }
    }
}
