package godwit.bench;

import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/**
 * Two servers of PostgreSQL 15, whose programs Debian brings, with the same settings; what is committed is flushed.
 *
 * @param source where the data is
 * @param target where it goes
 */
record Servers(EmbeddedPostgres source, EmbeddedPostgres target) implements AutoCloseable {
    private static final int MAJOR = 15;

    static Servers start() {
        return new Servers(EmbeddedPostgres.start(settings()), EmbeddedPostgres.start(settings()));
    }

    private static EmbeddedSettings settings() {
        return EmbeddedSettings.of(MAJOR)
                .with("shared_buffers", "1GB")
                .with("max_wal_size", "16GB")
                .with("checkpoint_timeout", "30min")
                .with("maintenance_work_mem", "256MB")
                .with("work_mem", "32MB")
                .with("autovacuum", "off");
    }

    static void execute(EmbeddedPostgres server, String database, List<String> statements) {
        try (var connection = connect(server, database);
                var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static String text(EmbeddedPostgres server, String database, String query) {
        try (var connection = connect(server, database);
                var statement = connection.createStatement();
                var result = statement.executeQuery(query)) {
            return result.next() ? String.valueOf(result.getString(1)) : "";
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static Connection connect(EmbeddedPostgres server, String database) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(database));
    }

    /** Makes the target's database anew and empty, and flushes both servers, so that each run begins alike. */
    void emptyTarget(String database) {
        execute(
                target,
                "postgres",
                List.of("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)", "CREATE DATABASE " + database));
        settle();
    }

    void settle() {
        execute(source, "postgres", List.of("CHECKPOINT"));
        execute(target, "postgres", List.of("CHECKPOINT"));
    }

    @Override
    public void close() {
        try (source;
                target) {
            // Both are stopped, the second also when the first fails.
        }
    }
}
