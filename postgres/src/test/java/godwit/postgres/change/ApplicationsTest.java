package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.run.Stopping;
import godwit.schema.Identifier;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How applications say which version they use, as the how-to page has it. */
@ExtendWith(Servers.class)
class ApplicationsTest {
    private static final String NEW = "remark";
    private static final String OLD = "note";

    private final Pair pair;
    private final SchemaChange change;

    ApplicationsTest(Pair pair) {
        this.pair = pair.source(Reach.TABLES);
        this.change = Reach.change(pair.source(), "02-Reach", Reach.MIGRATION);
        change.start(Stopping.never());
    }

    private Connection connect(String name, String value) throws SQLException {
        var at = pair.source().endpoint();
        var properties = new Properties();
        properties.setProperty("user", at.user());
        if (!name.isEmpty()) {
            properties.setProperty(name, value);
        }
        return DriverManager.getConnection(
                "jdbc:postgresql://" + at.host() + ":" + at.port() + "/" + at.database(), properties);
    }

    /** The column that only one of the versions has. */
    private static String version(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT * FROM persons LIMIT 0")) {
            for (var column = 1; column <= row.getMetaData().getColumnCount(); column++) {
                var name = row.getMetaData().getColumnName(column);
                if (name.equals(NEW) || name.equals(OLD)) {
                    return name;
                }
            }
            return "";
        }
    }

    @Test
    void byAUrlsCurrentSchema() throws SQLException {
        try (var connection = connect("currentSchema", "\"public_02-Reach\",public")) {
            assertThat(version(connection)).isEqualTo(NEW);
        }
    }

    @Test
    void byAStartupOption() throws SQLException {
        try (var connection = connect("options", "-c search_path=\"public_02-Reach\",public")) {
            assertThat(version(connection)).isEqualTo(NEW);
        }
    }

    @Test
    void byAStatementOfTheSessionOrOfATransaction() throws SQLException {
        try (var connection = connect("", "");
                var statement = connection.createStatement()) {
            assertThat(version(connection)).isEqualTo(OLD);
            connection.setAutoCommit(false);
            statement.execute("SET LOCAL search_path = \"public_02-Reach\", public");
            assertThat(version(connection)).isEqualTo(NEW);
            connection.commit();
            assertThat(version(connection)).isEqualTo(OLD);
            statement.execute("SET search_path TO \"public_02-Reach\",public");
            connection.commit();
            assertThat(version(connection)).isEqualTo(NEW);
        }
    }

    @Test
    void byARoleOrByTheDatabase() throws SQLException {
        var self = new Identifier(pair.source().endpoint().user());
        change.switchForward(List.of(self));
        try (var connection = connect("", "")) {
            assertThat(version(connection)).isEqualTo(NEW);
        }
        change.switchBack();
        try (var connection = connect("", "")) {
            assertThat(version(connection)).isEqualTo(OLD);
        }
        change.switchForward();
        try (var connection = connect("", "")) {
            assertThat(version(connection)).isEqualTo(NEW);
        }
    }
}
