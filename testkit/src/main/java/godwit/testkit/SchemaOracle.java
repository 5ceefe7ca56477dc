package godwit.testkit;

import godwit.postgres.catalog.SchemaFinding;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.catalog.SchemaReader;
import godwit.postgres.catalog.SchemaScript;
import godwit.postgres.catalog.SchemaSelection;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * Carries a schema from one database to another, so that pg_dump can compare the two.
 *
 * <p>{@code create SOURCE TARGET [EXCLUDED...]} makes it, {@code drop SOURCE TARGET [EXCLUDED...]} takes it away,
 * {@code show SOURCE [EXCLUDED...]} prints it. The databases are JDBC addresses, the excluded tables plain names.
 */
public final class SchemaOracle {
    private SchemaOracle() {}

    public static void main(String[] arguments) throws SQLException {
        var action = arguments[0];
        var tables = Set.of(List.of(arguments)
                .subList(action.equals("show") ? 2 : 3, arguments.length)
                .toArray(String[]::new));
        var script = read(arguments[1], tables);
        script.findings().forEach(SchemaOracle::tell);
        switch (action) {
            case "create" -> create(script, arguments[2]);
            case "drop" -> drop(script, arguments[2]);
            default -> show(script);
        }
    }

    private static SchemaScript read(String source, Set<String> excluded) throws SQLException {
        try (var connection = DriverManager.getConnection(source)) {
            return new SchemaReader(connection)
                    .read(new SchemaSelection(table -> !excluded.contains(table.plain())));
        }
    }

    private static void create(SchemaScript script, String target) throws SQLException {
        try (var connection = open(target)) {
            for (var object : script.objects()) {
                for (var statement : object.create()) {
                    run(connection, object, statement);
                }
                connection.commit();
            }
            for (var statement : script.refreshes()) {
                execute(connection, statement);
            }
            connection.commit();
        }
    }

    private static void drop(SchemaScript script, String target) throws SQLException {
        try (var connection = open(target)) {
            for (var object : script.objects().reversed()) {
                run(connection, object, object.drop());
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

    private static void run(Connection connection, SchemaObject object, String statement) throws SQLException {
        try {
            execute(connection, statement);
        } catch (SQLException failure) {
            throw new SQLException(object.kind() + " " + object.identity() + ": " + statement, failure);
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
