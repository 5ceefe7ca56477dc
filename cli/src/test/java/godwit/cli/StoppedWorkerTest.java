package godwit.cli;

import static godwit.cli.Ran.godwit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.file.Json;
import godwit.postgres.Database;
import godwit.postgres.Endpoint;
import godwit.postgres.ledger.Holder;
import godwit.postgres.ledger.Lease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker in a process of its own, told to end by SIGTERM as service managers do. */
class StoppedWorkerTest {
    private static final String SESSIONS =
            "SELECT coalesce(string_agg(concat_ws(' ', application_name, state, wait_event, pid), ', '), '')"
                    + " FROM pg_stat_activity WHERE application_name LIKE 'godwit%'";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    /** A source with a table and an empty target. */
    private static void makeDatabases(EmbeddedPostgres source, EmbeddedPostgres target) throws SQLException {
        run(source, "postgres", "CREATE DATABASE here");
        run(target, "postgres", "CREATE DATABASE there");
        run(source, "here", "CREATE TABLE notes (id int PRIMARY KEY)");
    }

    @Test
    void itEndsInOrderAndTheNextGoesOn() throws Exception {
        try (var server = EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync())) {
            makeDatabases(server, server);
            run(server, "here", "INSERT INTO notes SELECT generate_series(1, 1000)");
            var file = moveFile(server.url("here"), server.url("there"));
            var worker = worker(file);
            awaitState(file, "ready");

            worker.destroy();

            assertThat(worker.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).isZero();
            assertThat(said()).containsEntry("state", "ready");
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(text(server, SESSIONS)).isEmpty());

            var next = worker(file);
            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            String.valueOf(godwit("status", file).at("worker")).contains("pid=" + next.pid()));
            assertThat(godwit("rollback", file).status()).isZero();
            assertThat(next.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(next.exitValue()).isZero();
            assertThat(said()).containsEntry("state", "rolled back");
        }
    }

    @Test
    void itEndsInOrderWhileItWaitsForAServer() throws Exception {
        var server = EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync());
        makeDatabases(server, server);
        var file = moveFile(server.url("here"), server.url("there"));
        var worker = worker(file);
        awaitState(file, "ready");
        server.close();
        awaitSaid("[unreachable]");

        worker.destroy();

        assertThat(worker.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(worker.exitValue()).isZero();
        assertThat(said()).containsEntry("state", "unknown");
    }

    /** The disk that fills up is that of the server which goes on. */
    @Test
    void itLooksAfterTheLogOfOneServerWhileTheOtherIsDown() throws Exception {
        try (var here = EmbeddedPostgres.start(EmbeddedSettings.of(15).withoutFsync());
                var there = EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync())) {
            makeDatabases(here, there);
            var file = moveFile(here.url("here"), there.url("there"));
            Files.writeString(Path.of(file), Files.readString(Path.of(file)) + "limits: {logKeptBytesMax: 20000000}\n");
            var worker = worker(file);
            awaitState(file, "ready");
            there.stopImmediately();

            run(
                    here,
                    "here",
                    "SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000)) FROM generate_series(1, 60)");

            assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).isEqualTo(1);
            assertThat(said().get("problem"))
                    .asInstanceOf(InstanceOfAssertFactories.MAP)
                    .containsEntry("code", "log-kept-too-large");
            assertThat(text(here, "SELECT count(*)::text FROM pg_replication_slots"))
                    .isEqualTo("0");

            there.restart();
            assertThat(godwit("rollback", file).status()).isZero();
        }
    }

    @Test
    void aRunWhoseSourceIsGoneForGoodIsCompletedWithoutIt() throws Exception {
        var here = EmbeddedPostgres.start(EmbeddedSettings.of(15).withoutFsync());
        try (var there = EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync())) {
            makeDatabases(here, there);
            var file = moveFile(here.url("here"), there.url("there"));
            var worker = worker(file);
            awaitState(file, "ready");
            assertThat(godwit("complete", file, "--without-source").status()).isEqualTo(1);
            assertThat(godwit("switch", file).status()).isZero();
            assertThat(godwit("complete", file, "--without-source").json().toString())
                    .contains("source-not-gone");
            here.close();

            assertThat(godwit("complete", file, "--without-source").status()).isZero();

            assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(text(there, "SELECT count(*)::text FROM pg_replication_slots"))
                    .isEqualTo("0");
            run(there, "there", "INSERT INTO notes VALUES (1)");
            assertThat(godwit("status", file).at("state")).isEqualTo("completed");
        } finally {
            here.close();
        }
    }

    /** The verb that finds no worker meets what a worker would: the run is held, and says why. */
    @Test
    void whatHoldsARunIsToldByItAlsoWhenAVerbWorksOnIt() throws Exception {
        try (var server = EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync())) {
            makeDatabases(server, server);
            var file = moveFile(server.url("here"), server.url("there"));
            Files.writeString(Path.of(file), Files.readString(Path.of(file)) + "where: {notes: \"id > 10\"}\n");
            run(server, "here", "INSERT INTO notes VALUES (1), (11)");
            var worker = worker(file);
            awaitState(file, "ready");
            assertThat(godwit("switch", file).status()).isZero();
            worker.destroyForcibly().waitFor();
            run(server, "there", "INSERT INTO notes VALUES (1)");

            var refused = godwit("switch", file, "--back");

            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.json().toString()).contains("notes_pkey of public.notes");
            assertThat(godwit("verify", file).status()).isEqualTo(1);
            var status = godwit("status", file);
            assertThat(status.at("state")).isEqualTo("failed");
            assertThat(String.valueOf(status.at("problem"))).contains("notes_pkey", "public.notes");
        }
    }

    /** As somebody else's rollback does while a worker waits for the lease that it holds. */
    @Test
    void itSeesThatItsRunWasRolledBackWhileItWaited() throws Exception {
        try (var server = EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync())) {
            makeDatabases(server, server);
            var file = moveFile(server.url("here"), server.url("there"));
            var before = worker(file);
            awaitState(file, "ready");
            before.destroy();
            assertThat(before.waitFor(30, TimeUnit.SECONDS)).isTrue();
            var id = UUID.fromString(String.valueOf(godwit("status", file).at("run")));
            try (var target = new Database(() -> Endpoint.parse(server.url("there"))).open("somebody")) {
                assertThat(Lease.tryTake(target, id)).isTrue();
                Lease.sign(target, id, Holder.signing("elsewhere", 1, "rollback"));
                var worker = worker(file);
                awaitSaid("Somebody else's rollback is at work on this run.");
                run(server, "here", "DROP SCHEMA godwit CASCADE");
                run(
                        server,
                        "here",
                        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                                + " WHERE database = current_database()");
                target.execute("DROP TABLE godwit.worker");
                awaitSaid("42P01");
                target.execute("DROP SCHEMA godwit CASCADE");

                assertThat(worker.waitFor(30, TimeUnit.SECONDS)).isTrue();
                assertThat(worker.exitValue()).isZero();
                assertThat(said()).containsEntry("state", "rolled back");
            }
        }
    }

    /** A restore of the target, or a URL that leads elsewhere, is no rollback. */
    @Test
    void itDoesNotCallARunRolledBackWhoseLedgerIsGone() throws Exception {
        try (var server = EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync())) {
            makeDatabases(server, server);
            var file = moveFile(server.url("here"), server.url("there"));
            var worker = worker(file);
            awaitState(file, "ready");

            run(server, "there", "DROP SCHEMA godwit CASCADE");

            assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).isEqualTo(1);
            assertThat(said().get("problem"))
                    .asInstanceOf(InstanceOfAssertFactories.MAP)
                    .containsEntry("code", "ledger-gone");
        }
    }

    private void awaitSaid(String text) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Files.readString(folder.resolve("err")).contains(text));
    }

    private String moveFile(String source, String target) throws IOException {
        Files.writeString(folder.resolve("source"), source);
        Files.writeString(folder.resolve("target"), target);
        var file = folder.resolve("move.yaml");
        Files.writeString(file, "kind: move\nname: stopped\nsource: file:source\ntarget: file:target\n");
        return file.toString();
    }

    private Process worker(String file) throws IOException {
        var builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Main.class.getName(),
                        "start",
                        file,
                        "--json"))
                .redirectError(folder.resolve("err").toFile())
                .redirectOutput(folder.resolve("out").toFile());
        builder.environment().put("GODWIT_STATE", folder.resolve("state").toString());
        return builder.start();
    }

    private static void awaitState(String file, String state) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> state.equals(godwit("status", file).at("state")));
    }

    /** What the last worker said to scripts. */
    private Map<String, Object> said() throws IOException {
        return Json.read(Files.readString(folder.resolve("out")));
    }

    private static void run(EmbeddedPostgres server, String database, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl(database));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(EmbeddedPostgres server, String query) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl("postgres"));
                var result = connection.createStatement().executeQuery(query)) {
            result.next();
            return result.getString(1);
        }
    }
}
