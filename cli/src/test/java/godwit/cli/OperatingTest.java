package godwit.cli;

import static godwit.cli.Ran.godwit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.cli.live.Operator;
import godwit.cli.live.Supervisor;
import godwit.cli.log.StateFolder;
import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.file.Layers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A person operates a run by its commands, from before its start to its end. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OperatingTest {
    private static final String SECRET = "not-to-be-told";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedPostgres server;

    @SuppressWarnings("NullAway.Init")
    private static String file;

    @BeforeAll
    static void begin() throws SQLException, IOException {
        server = EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync());
        run("postgres", "CREATE DATABASE here");
        run("postgres", "CREATE DATABASE there");
        run("here", "CREATE TABLE notes (id int PRIMARY KEY, what text)");
        run("here", "INSERT INTO notes SELECT i, '" + SECRET + "' FROM generate_series(1, 30000) AS i");
        for (var name : List.of("here", "there")) {
            Files.writeString(folder.resolve(name), server.url(name).replace("postgres@", "postgres:" + SECRET + "@"));
        }
        file = folder.resolve("move.yaml").toString();
        Files.writeString(Path.of(file), """
                kind: move
                name: notes
                source: file:here
                target: file:there
                limits: {copyWorkers: 3, chunkBytes: 65536}
                throttle: {rowsPerSecond: 3000}
                """);
    }

    @AfterAll
    static void end() {
        server.close();
    }

    private static void run(String database, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl(database));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    @Order(1)
    void whatIsCalledWronglyIsToldBeforeAnyDatabaseIsAsked() {
        var unreachable = file.replace("move.yaml", "nowhere.yaml");
        assertThat(godwit("status", unreachable))
                .extracting(Ran::status, Ran::problem)
                .containsExactly(2, "file-unreadable");
        assertThat(godwit("status", "0b5c2a52", "--target", "env:NOT_IN_THE_ENVIRONMENT"))
                .extracting(Ran::status, Ran::problem)
                .containsExactly(2, "variable-missing");
        assertThat(godwit("set", file, "colour=blue").problem()).isEqualTo("setting-unknown");
        assertThat(godwit("set", file, "colour=blue").status()).isEqualTo(2);
        assertThat(godwit("set", file, "copyWorkers=many").status()).isEqualTo(2);
        assertThat(godwit("set", file, "chunkBytes=8192").problem()).isEqualTo("setting-fixed");
        assertThat(godwit("set", file, "chunkBytes=8192").status()).isEqualTo(1);
        assertThat(godwit("status", "0b5c2a52-6d0b-4b4c-9d3e-2f6f3b0c1a11").problem())
                .isEqualTo("target-not-named");
        assertThat(godwit("status", "0b5c2a52", "--target", server.url("there")).problem())
                .isEqualTo("secret-in-arguments");
        assertThat(godwit("status", file, "--set", "colour=blue").status()).isEqualTo(2);
        var misspelt = new Layers(Map.of(), Map.of("GODWIT_COPY_WORKER", "3"));
        assertThatThrownBy(() -> new Subject(misspelt, Map.of()).find(file, Optional.empty()))
                .hasMessageContaining("GODWIT_COPY_WORKER");
        assertThat(godwit("schema").at("title")).isEqualTo("Godwit's move file");
    }

    @Test
    @Order(2)
    void eachSettingIsShownWithWhereItComesFrom() {
        var settings = godwit("settings", file, "--set", "index-workers=5");

        assertThat(settings.status()).isZero();
        assertThat(settings.at("settings"))
                .asString()
                .contains("{setting=limits.indexWorkers, value=5, origin=command line}")
                .contains("{setting=limits.copyWorkers, value=3, origin=file}")
                .contains("{setting=switch.fenceSecondsMax, value=5, origin=default}")
                .contains("setting=state");
        assertThat(godwit("pause", file).problem()).isEqualTo("no-run");
    }

    @Test
    @Order(3)
    void aRunIsPausedSetAndResumedByItsIdAndRolledBack() throws IOException {
        var state =
                StateFolder.of(Map.of("GODWIT_STATE", folder.resolve("state").toString()));
        var access = new Subject(Layers.none(), Map.of())
                .find(file, Optional.empty())
                .open();
        var supervisor = new Supervisor(access, new Operator("ann", state), line -> {});
        var worker = Thread.ofPlatform().daemon().start(supervisor::carry);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> "filling".equals(godwit("status", file).at("state")));
        var id = String.valueOf(godwit("status", file).at("run"));
        var there = "file:" + folder.resolve("there");

        assertThat(godwit("pause", id, "--target", there, "--as", "bob").status())
                .isZero();
        var paused = godwit("status", id.substring(0, 8), "--target", there);
        assertThat(paused.at("state")).isEqualTo("paused");
        assertThat(paused.at("phase")).isEqualTo("filling");
        assertThat(paused.at("waits")).asString().startsWith("paused by ").endsWith(" as bob");
        assertThat(paused.at("worker"))
                .asString()
                .contains("pid=" + ProcessHandle.current().pid())
                .contains("since=");
        assertThat(godwit("switch", file).problem()).isEqualTo("not-ready");

        assertThat(godwit("set", id, "--target", there, "rows-per-second=0", "copyWorkers=2")
                        .at("set"))
                .asString()
                .contains("throttle.rowsPerSecond=0");
        assertThat(godwit("settings", file).at("settings"))
                .asString()
                .contains("{setting=limits.copyWorkers, value=2, origin=set}");
        diagnosed();
        logged(state);

        assertThat(godwit("resume", file).status()).isZero();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> "ready".equals(godwit("status", file).at("state")));
        assertThat(godwit("complete", file).problem()).isEqualTo("not-switched");
        assertThat(godwit("rollback", file).status()).isZero();
        await().until(() -> !worker.isAlive());
        assertThat(folder.resolve("state").resolve("runs")).isEmptyDirectory();
        assertThat(godwit("status", file).at("state")).isEqualTo("none");
    }

    private static void diagnosed() {
        var diagnosis = godwit("diagnose", file);

        assertThat(diagnosis.status()).isZero();
        assertThat(diagnosis.at("sides"))
                .asString()
                .contains("server=17")
                .contains("keptBytes=")
                .contains("_forward")
                .doesNotContain(SECRET);
        assertThat(diagnosis.at("advice")).asString().contains("godwit resume");
        assertThat(diagnosis.at("history"))
                .asString()
                .contains("verb=pause, result=done")
                .contains("operator=ann")
                .contains("verb=filling");
        assertThat(diagnosis.text()).contains("What to do next:").doesNotContain(SECRET);
    }

    private static void logged(StateFolder state) throws IOException {
        try (var files = Files.walk(state.path())) {
            var logs = files.filter(path -> path.toString().endsWith(".jsonl")).toList();
            assertThat(logs).isNotEmpty();
            for (var line : Files.readAllLines(logs.getFirst())) {
                assertThat(godwit.file.Json.read(line)).containsKeys("at", "level", "message");
                assertThat(line).doesNotContain(SECRET);
            }
        }
    }

    @Test
    @Order(4)
    void whatIsAskedWhileNobodyFollowsHoldsFromTheNextStartOn() {
        var access = new Subject(Layers.none(), Map.of())
                .find(file, Optional.empty())
                .open();
        try (var session = access.target().open("test")) {
            var ledger = access.ledger(session);
            ledger.create();
            ledger.begin(UUID.randomUUID(), "notes", "");
        }

        assertThat(godwit("pause", file).status()).isZero();
        assertThat(godwit("set", file, "copyWorkers=1").status()).isZero();

        var status = godwit("status", file);
        assertThat(status.at("state")).isEqualTo("paused");
        assertThat(status.at("phase")).isEqualTo("planned");
        assertThat(status.at("worker")).isEqualTo("nobody follows");
        assertThat(status.at("set")).asString().contains("copyWorkers=1");
        assertThat(godwit("set", file, "copyWorkers=").status()).isZero();
        assertThat(godwit("status", file).at("set")).asString().isEqualTo("{}");
    }

    @Test
    @Order(5)
    void aRunThatItsIdDoesNotTellOfEnoughIsRefused() {
        var there = "file:" + folder.resolve("there");
        var ids = List.of("1d000000-0000-4000-8000-000000000001", "1d000000-0000-4000-8000-000000000002");
        var access = new Subject(Layers.none(), Map.of())
                .find(file, Optional.empty())
                .open();
        try (var session = access.target().open("test")) {
            ids.forEach(id -> access.ledger(session).begin(UUID.fromString(id), id, ""));
        }

        var ambiguous = godwit("status", "1d000000", "--target", there);
        assertThat(ambiguous.status()).isEqualTo(1);
        assertThat(ambiguous.problem()).isEqualTo("run-ambiguous");
        assertThat(ambiguous.at("problem")).asString().contains(ids);
        assertThat(godwit("status", ids.getFirst(), "--target", there))
                .extracting(Ran::status, Ran::problem)
                .containsExactly(1, "file-not-kept");
    }
}
