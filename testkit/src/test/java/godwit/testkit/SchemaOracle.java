package godwit.testkit;

import godwit.postgres.catalog.SchemaFinding;
import godwit.postgres.catalog.SchemaReader;
import godwit.postgres.catalog.SchemaScript;
import godwit.postgres.catalog.SchemaSelection;
import godwit.postgres.catalog.TargetForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;

/**
 * Carries a schema from one database to another, so that pg_dump can compare the two.
 *
 * <p>{@code create SOURCE TARGET UNDO} makes it and writes into a file how it is taken away, which {@code drop TARGET UNDO}
 * does; {@code show SOURCE} prints it. The databases are JDBC addresses.
 */
public final class SchemaOracle {
    private static final String BETWEEN = "\u001e";

    private SchemaOracle() {}

    public static void main(String[] arguments) throws SQLException, IOException {
        switch (arguments[0]) {
            case "create" -> create(read(arguments[1]), arguments[2], Path.of(arguments[3]));
            case "drop" -> drop(arguments[1], Path.of(arguments[2]));
            default -> show(read(arguments[1]));
        }
    }

    private static SchemaScript read(String source) throws SQLException {
        try (var connection = DriverManager.getConnection(source)) {
            var script = new SchemaReader(connection).read(SchemaSelection.everything());
            script.findings().forEach(SchemaOracle::tell);
            return script;
        }
    }

    private static void create(SchemaScript script, String target, Path undo) throws SQLException, IOException {
        var drops = new ArrayList<String>();
        try (var connection = open(target)) {
            for (var object : script.objects()) {
                var form = new TargetForm(connection).of(object);
                if (form.isPresent()) {
                    for (var statement : form.get().create()) {
                        run(connection, object.kind() + " " + object.identity(), statement);
                    }
                    drops.add(form.get().drop());
                }
                connection.commit();
            }
            for (var statement : script.refreshes()) {
                execute(connection, statement);
            }
            connection.commit();
        }
        Files.writeString(undo, String.join(BETWEEN, drops.reversed()));
    }

    private static void drop(String target, Path undo) throws SQLException, IOException {
        try (var connection = open(target)) {
            for (var statement : Files.readString(undo).split(BETWEEN)) {
                run(connection, "undo", statement);
                connection.commit();
            }
        }
    }

    private static void show(SchemaScript script) {
        for (var object : script.objects()) {
            System.out.println("-- " + object.phase() + " " + object.kind() + " " + object.identity());
            object.create().forEach(statement -> System.out.println(statement + ";"));
            System.out.println("-- undone by " + object.drop() + ";");
        }
        script.refreshes().forEach(statement -> System.out.println(statement + ";"));
    }

    private static Connection open(String target) throws SQLException {
        var connection = DriverManager.getConnection(target);
        connection.setAutoCommit(false);
        execute(connection, "SET search_path = ''");
        execute(connection, "SET check_function_bodies = off");
        connection.commit();
        return connection;
    }

    private static void run(Connection connection, String object, String statement) throws SQLException {
        try {
            execute(connection, statement);
        } catch (SQLException failure) {
            throw new SQLException(object + ": " + statement, failure);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    private static void tell(SchemaFinding finding) {
        System.err.println(finding.code() + ": " + finding.message());
    }
}
