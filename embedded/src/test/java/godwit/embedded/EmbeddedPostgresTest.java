package godwit.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.GodwitException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EmbeddedPostgresTest {
    @Test
    void twoMajorVersionsRunSideBySide() throws SQLException {
        try (var old = EmbeddedPostgres.start(EmbeddedSettings.of(15).withoutFsync());
                var current = EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync())) {
            assertThat(value(old, "SHOW server_version")).startsWith("15.");
            assertThat(value(current, "SHOW server_version")).startsWith("17.");
            assertThat(value(current, "SHOW wal_level")).isEqualTo("logical");
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void everyMajorOfTheBuildRuns(int major) throws SQLException {
        try (var server = EmbeddedPostgres.start(EmbeddedSettings.of(major).withoutFsync())) {
            assertThat(value(server, "SHOW server_version")).startsWith(major + ".");
        }
    }

    static IntStream majors() {
        return Stream.of(System.getProperty("godwit.majors", "15,17").split(","))
                .mapToInt(Integer::parseInt);
    }

    @Test
    void whatWasCommittedSurvivesAnImmediateStop() throws SQLException {
        try (var server = EmbeddedPostgres.start(EmbeddedSettings.of(17))) {
            var port = server.port();
            execute(server, "CREATE TABLE kept AS SELECT 42 AS answer");

            server.stopImmediately();
            assertThatThrownBy(() -> value(server, "SELECT 1")).isInstanceOf(SQLException.class);
            server.restart();

            assertThat(server.port()).isEqualTo(port);
            assertThat(value(server, "SELECT answer FROM kept")).isEqualTo("42");
        }
    }

    @Test
    void fsyncIsOnUnlessAskedOtherwise() throws SQLException {
        try (var server = EmbeddedPostgres.start(EmbeddedSettings.of(15).with("max_connections", "30"))) {
            assertThat(value(server, "SHOW fsync")).isEqualTo("on");
            assertThat(value(server, "SHOW max_connections")).isEqualTo("30");
        }
    }

    @Test
    void aServerWithItsOwnFolderKeepsItsData(@TempDir Path folder) throws SQLException {
        var settings = EmbeddedSettings.of(15).withoutFsync().keptIn(folder);
        try (var server = EmbeddedPostgres.start(settings)) {
            execute(server, "CREATE TABLE kept AS SELECT 42 AS answer");
        }

        try (var server = EmbeddedPostgres.start(settings)) {
            assertThat(value(server, "SELECT answer FROM kept")).isEqualTo("42");
        }
    }

    @Test
    void aTemporaryServerLeavesNothingBehind() {
        var server = EmbeddedPostgres.start(EmbeddedSettings.of(15).withoutFsync());

        server.close();
        server.close();

        assertThat(Files.exists(server.folder())).isFalse();
    }

    @Test
    void aVersionThatTheBuildDoesNotBringIsRefusedByName() {
        assertThatThrownBy(() -> EmbeddedPostgres.start(EmbeddedSettings.of(9)))
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        refusal -> assertThat(refusal.problem().code()).isEqualTo("embedded-version-missing"));
    }

    @Test
    void aServerThatDoesNotComeUpSaysWhatEnded() {
        var settings = EmbeddedSettings.of(17).with("no_such_setting", "1");

        assertThatThrownBy(() -> EmbeddedPostgres.start(settings))
                .isInstanceOfSatisfying(GodwitException.class, refusal -> {
                    assertThat(refusal.problem().code()).isEqualTo("embedded-server-failed");
                    assertThat(refusal.problem().message()).contains("pg_ctl");
                });
    }

    private static void execute(EmbeddedPostgres server, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl("postgres"));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String value(EmbeddedPostgres server, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl("postgres"));
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
