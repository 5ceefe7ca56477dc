package godwit.postgres.catalog;

import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** A server with the roles that the traps name, which gives each test databases of its own. */
final class CatalogServer implements AutoCloseable {
    private final EmbeddedPostgres server;
    private final List<Connection> open = new ArrayList<>();
    private final AtomicInteger databases = new AtomicInteger();

    CatalogServer(int major) throws SQLException {
        server = EmbeddedPostgres.start(EmbeddedSettings.of(major).withoutFsync());
        try (var connection = DriverManager.getConnection(server.jdbcUrl("postgres"))) {
            execute(connection, "CREATE ROLE app LOGIN; CREATE ROLE reader; CREATE ROLE \"Odd Role\"");
        }
    }

    /** A new database with these files of SQL run in it. */
    Connection database(String... files) throws SQLException {
        var name = "test_" + databases.incrementAndGet();
        try (var connection = DriverManager.getConnection(server.jdbcUrl("postgres"))) {
            execute(connection, "CREATE DATABASE " + name + " OWNER app");
        }
        // The driver cannot divide a text with BEGIN ATOMIC into statements; the simple protocol takes it as it is.
        try (var loading = DriverManager.getConnection(server.jdbcUrl(name) + "&preferQueryMode=simple")) {
            for (var file : files) {
                execute(loading, text(file));
            }
        }
        var connection = DriverManager.getConnection(server.jdbcUrl(name));
        open.add(connection);
        return connection;
    }

    /** A connection as a move has it on its target. */
    Connection target() throws SQLException {
        var connection = database();
        execute(connection, "SET search_path = ''; SET check_function_bodies = off");
        return connection;
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    /** Makes the objects as a move does; the answer takes them away again, statement by statement. */
    static List<String> create(Connection target, List<SchemaObject> objects) throws SQLException {
        var undo = new ArrayList<String>();
        for (var object : objects) {
            var form = new TargetForm(target).of(object);
            if (form.isPresent()) {
                for (var statement : form.get().create()) {
                    execute(target, statement);
                }
                undo.add(form.get().drop());
            }
        }
        return undo.reversed();
    }

    static List<String> column(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery(query)) {
            var values = new ArrayList<String>();
            while (result.next()) {
                values.add(result.getString(1));
            }
            return values;
        }
    }

    @Override
    public void close() throws SQLException {
        for (var connection : open) {
            connection.close();
        }
        server.close();
    }

    private static String text(String file) {
        try (var stream = Objects.requireNonNull(CatalogServer.class.getResourceAsStream(file), file)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
