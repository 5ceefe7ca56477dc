package godwit.cli;

import static godwit.cli.Ran.godwit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts and people are told of sides that differ: that they do and where, never what stands there. */
class DifferencesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String CANARY = "a-witness-by-name";

    @TempDir
    private Path folder;

    private final EmbeddedPostgres server =
            EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync());

    @BeforeEach
    void create() throws SQLException {
        run("postgres", "CREATE DATABASE here");
        run("postgres", "CREATE DATABASE there");
        run("here", "CREATE TABLE notes (id int PRIMARY KEY, what text)");
        run("here", "INSERT INTO notes SELECT i, '" + CANARY + "' FROM generate_series(1, 5000) AS i");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void run(String database, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl(database));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Writes past the gate of the only run. */
    private void intrude(String sql) throws SQLException {
        run("there", """
                SET session_replication_role = replica;
                SELECT set_config('godwit.exempt', substr(proname, 6), false) FROM pg_proc WHERE proname ~ '^gate_';
                """ + sql);
    }

    private String moveFile(String more) throws IOException {
        Files.writeString(folder.resolve("here"), server.url("here"));
        Files.writeString(folder.resolve("there"), server.url("there"));
        var file = folder.resolve("move.yaml");
        Files.writeString(file, "kind: move\nname: notes\nsource: file:here\ntarget: file:there\n" + more);
        return file.toString();
    }

    private Supervisor supervisor(String file) {
        var access = new Subject(Layers.none(), Map.of())
                .find(file, Optional.empty())
                .open();
        var state =
                StateFolder.of(Map.of("GODWIT_STATE", folder.resolve("state").toString()));
        return new Supervisor(access, new Operator("ann", state), line -> {});
    }

    private static void awaitState(String file, String state) {
        await().atMost(PATIENCE).until(() -> state.equals(godwit("status", file).at("state")));
    }

    @Test
    void theKeysOfRowsThatDifferAreNamedAndNothingElseOfThem() throws Exception {
        var file = moveFile("");
        var supervisor = supervisor(file);
        var worker = Thread.ofPlatform().daemon().start(supervisor::carry);
        awaitState(file, "ready");
        intrude("UPDATE notes SET what = 'another-" + CANARY + "' WHERE id = 4321; DELETE FROM notes WHERE id = 77");

        var verified = godwit("verify", file);

        assertThat(verified.status()).isEqualTo(4);
        assertThat(verified.at("differences")).isEqualTo(2);
        assertThat(verified.at("tables")).asString().contains("public.notes", "4321", "77");
        var switched = godwit("switch", file);
        assertThat(switched.status()).isEqualTo(1);
        assertThat(switched.problem()).isEqualTo("differences-open");
        var diagnosed = godwit("diagnose", file);
        for (var ran : List.of(verified, switched, diagnosed, godwit("status", file))) {
            assertThat(ran.json() + ran.text()).doesNotContain(CANARY);
        }
        assertThat(godwit("repair", file).status()).isZero();
        assertThat(godwit("verify", file).status()).isZero();
        try (var files = Files.walk(folder.resolve("state"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .allSatisfy(log -> assertThat(Files.readString(log)).doesNotContain(CANARY));
        }
        assertThat(godwit("rollback", file).status()).isZero();
        worker.join(PATIENCE.toMillis());
    }

    @Test
    void aCopyThatIsNotProvenIsNotOver() throws Exception {
        var file = moveFile("mode: full\nlimits: {chunkBytes: 16384}\nthrottle: {rowsPerSecond: 1000}\n");
        var first = supervisor(file);
        var worker = Thread.ofPlatform()
                .daemon()
                .unstarted(() -> assertThatThrownBy(first::carry)
                        .isInstanceOfSatisfying(
                                GodwitException.class,
                                e -> assertThat(e.problem().code()).isEqualTo("differences-open")));
        var failed = new Throwable[1];
        worker.setUncaughtExceptionHandler((thread, failure) -> failed[0] = failure);
        worker.start();
        awaitState(file, "filling");
        await().atMost(PATIENCE)
                .until(() -> String.valueOf(godwit("status", file).at("tables")).matches(".*rows=[1-9].*"));
        assertThat(godwit("pause", file).status()).isZero();
        intrude("INSERT INTO notes VALUES (-1, '" + CANARY + "')");
        assertThat(godwit("set", file, "rowsPerSecond=0").status()).isZero();
        assertThat(godwit("resume", file).status()).isZero();

        worker.join(PATIENCE.toMillis());

        assertThat(failed[0]).isNull();
        var status = godwit("status", file);
        assertThat(status.at("state")).isEqualTo("failed");
        assertThat(status.json() + status.text()).contains("differences-open").doesNotContain(CANARY);
        assertThat(godwit("repair", file)).extracting(Ran::problem, Ran::status).containsExactly("", 0);
        var next = supervisor(file);
        next.carry();
        assertThat(godwit("status", file).at("state")).isEqualTo("completed");
    }
}
