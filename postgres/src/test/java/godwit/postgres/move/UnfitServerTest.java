package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.Retry;
import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.postgres.Pair;
import godwit.postgres.Specs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers that cannot be moved from or to, or not be reached, are found before anything is changed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnfitServerTest {
    private EmbeddedPostgres server;

    @BeforeAll
    void start() throws IOException {
        server = EmbeddedPostgres.start(EmbeddedSettings.of(15)
                .withoutFsync()
                .with("wal_level", "replica")
                .with("max_replication_slots", "1")
                .with("max_wal_senders", "1"));
        try (var session = Pair.at(server.url("postgres")).open("test")) {
            session.execute("CREATE DATABASE a");
            session.execute("CREATE DATABASE b");
            session.execute("CREATE DATABASE unconnectable ALLOW_CONNECTIONS false");
            session.execute("CREATE ROLE locked LOGIN PASSWORD 'right'; CREATE ROLE crowded LOGIN CONNECTION LIMIT 0");
            session.execute("CREATE ROLE shut LOGIN");
            var rules = server.folder().resolve("data").resolve("pg_hba.conf");
            Files.writeString(
                    rules,
                    "host all locked 127.0.0.1/32 scram-sha-256\nhost all shut 127.0.0.1/32 reject\n"
                            + Files.readString(rules));
            session.execute("SELECT pg_reload_conf()");
        }
        try (var session = Pair.at(server.url("a")).open("test")) {
            session.execute("CREATE TABLE public.t (id int PRIMARY KEY)");
        }
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private MoveAccess access(String source, String target) {
        return new MoveAccess(Specs.spec("unfit", 1), Path.of("."), Map.of("SOURCE_URL", source, "TARGET_URL", target));
    }

    private List<List<String>> look() {
        return List.of(CaseDatabase.catalog(Pair.at(server.url("a"))), CaseDatabase.catalog(Pair.at(server.url("b"))));
    }

    @Test
    void aServerThatKeepsTooLittleOfItsLogIsNamedForBothSides() {
        var before = look();
        try (var steps = access(server.url("a"), server.url("b")).steps(UUID.randomUUID())) {
            var found = steps.check().stream()
                    .map(Finding::problem)
                    .map(problem -> problem.code() + " " + problem.objects())
                    .toList();

            assertThat(found)
                    .containsExactlyInAnyOrder(
                            "wal-level-too-low [source]",
                            "slots-too-few [source]",
                            "senders-too-few [source]",
                            "wal-level-too-low [target]",
                            "slots-too-few [target]",
                            "senders-too-few [target]");
            assertThatExceptionOfType(GodwitException.class).isThrownBy(steps::preflight);
        }
        assertThat(look()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "locked:wrong, a, wrong-password",
        "nobody, a, login-refused",
        "shut, a, login-refused",
        "postgres, c, database-missing",
        "postgres, unconnectable, connection-refused",
        "crowded, a, too-many-connections",
        "postgres@127.0.0.1:1, a, unreachable"
    })
    void aServerThatLetsNobodyInIsAProblemOnEitherSide(String login, String database, String code) {
        var before = look();
        var address = login.contains("@") ? login : login + "@127.0.0.1:" + server.port();
        var url = "postgresql://" + address + "/" + database;
        for (var access : List.of(access(url, server.url("b")), access(server.url("a"), url))) {
            try (var steps = access.steps(UUID.randomUUID())) {
                assertThatExceptionOfType(GodwitException.class)
                        .isThrownBy(steps::preflight)
                        .satisfies(e -> {
                            assertThat(e.problem().code()).isEqualTo(code);
                            assertThat(e.problem().hint()).isNotBlank();
                            assertThat(e.problem().toString()).doesNotContain("wrong@");
                        });
            }
        }
        assertThat(look()).isEqualTo(before);
    }

    @Test
    void aServerThatHasNotComeUpYetIsWorthAnotherAttempt() throws IOException {
        var standby = server.folder().resolve("data").resolve("standby.signal");
        try (var session = Pair.at(server.url("postgres")).open("test")) {
            session.execute("ALTER SYSTEM SET hot_standby = off");
        }
        server.stopImmediately();
        Files.createFile(standby);
        server.restart();
        try (var steps = access(server.url("a"), server.url("b")).steps(UUID.randomUUID())) {
            assertThatExceptionOfType(GodwitException.class)
                    .isThrownBy(steps::preflight)
                    .satisfies(e -> {
                        assertThat(e.problem().code()).isEqualTo("server-starting");
                        assertThat(e.retry()).isEqualTo(Retry.LATER);
                    });
        } finally {
            server.stopImmediately();
            Files.delete(standby);
            server.restart();
        }
    }
}
