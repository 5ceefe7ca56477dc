package godwit.cli;

import static godwit.cli.Ran.godwit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.run.Phase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The worker's process is killed in each phase, which something holds until then, while a client writes: the next worker
 * brings the run to its end, with each row that was committed and no other.
 */
@Tag("full")
class KilledProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int KILLED = 128 + 9;
    private static final String FILE = """
            kind: move
            name: killed
            source: file:source
            target: file:target
            limits: {chunkBytes: 16384}
            switch: {hook: [./route.sh], hookSecondsMax: 60}
            """;

    private static final String ROUTE = """
            #!/bin/sh
            while [ "$(cat hold 2>/dev/null)" = "$GODWIT_WRITES" ]; do sleep 0.05; done
            """;

    /** Of Godwit, but for those of whoever waits for an answer. */
    private static final String SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            + " AND application_name LIKE 'godwit%' AND application_name NOT IN ('godwit look', 'godwit ask')";

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedPostgres source;

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedPostgres target;

    private static int databases;

    private final String database = "killed_" + databases++;
    private final List<Connection> holding = new ArrayList<>();

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private String file;

    @SuppressWarnings("NullAway.Init")
    private NoteWriter writer;

    @BeforeAll
    static void start() {
        source = EmbeddedPostgres.start(EmbeddedSettings.of(15).withoutFsync());
        target = EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync());
    }

    @AfterAll
    static void end() {
        source.close();
        target.close();
    }

    @BeforeEach
    void begin() throws SQLException, IOException {
        run(source, "postgres", "CREATE DATABASE " + database);
        run(target, "postgres", "CREATE DATABASE " + database);
        run(source, database, "CREATE TABLE notes (id bigint PRIMARY KEY, what text)");
        run(source, database, "INSERT INTO notes SELECT -i, 'there before' FROM generate_series(1, 5000) AS i");
        Files.writeString(folder.resolve("source"), source.url(database));
        Files.writeString(folder.resolve("target"), target.url(database));
        var script = Files.writeString(folder.resolve("route.sh"), ROUTE);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        file = folder.resolve("move.yaml").toString();
        write(FILE);
        writer = NoteWriter.begin(source.jdbcUrl(database), target.jdbcUrl(database));
    }

    @AfterEach
    void stop() throws SQLException {
        release();
        writer.close();
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"PLANNED", "COMPLETED", "ROLLED_BACK"})
    void theNextGoesOn(Phase phase) throws Exception {
        hold(phase);
        var worker = godwitBeside("start");
        var asked = ask(phase);
        await().atMost(PATIENCE).until(() -> isIn(phase));
        writer.awaitMore(20);

        worker.destroyForcibly();
        assertThat(worker.waitFor()).isEqualTo(KILLED);

        assertThat(isIn(phase)).as("killed in " + phase).isTrue();
        for (var server : List.of(source, target)) {
            await().atMost(PATIENCE).until(() -> text(server, SESSIONS).equals("0"));
        }
        writer.awaitMore(20);
        release();
        var next = godwitBeside("start");
        for (var verb : asked) {
            assertThat(verb.waitFor()).isZero();
        }
        end(phase);
        assertThat(next.waitFor()).isZero();
        writer.close();
        writer.assertAllIn(phase == Phase.ROLLING_BACK ? source.jdbcUrl(database) : target.jdbcUrl(database));
    }

    /** Brings the run from where it is to its end. */
    private void end(Phase phase) {
        if (phase == Phase.ROLLING_BACK || phase == Phase.COMPLETING) {
            return;
        }
        await().atMost(PATIENCE).until(() -> isIn(Phase.READY) || isIn(Phase.SWITCHED));
        assertThat(godwit("verify", file).status()).isZero();
        assertThat(godwit("switch", file).status()).isZero();
        writer.awaitMore(20);
        assertThat(godwit("complete", file).status()).isZero();
    }

    /** Sees to it that the run stays in a phase when it comes to it. */
    private void hold(Phase phase) throws SQLException, IOException {
        switch (phase) {
            // A slot is there when all that was under way has ended.
            case EXPANDING -> hold(source, "SELECT pg_current_xact_id()");
            case FILLING -> write(FILE + "throttle: {rowsPerSecond: 300}\n");
            // The source's gate waits for whoever writes.
            case FOLLOWING -> hold(source, "LOCK TABLE notes IN ROW EXCLUSIVE MODE");
            case SWITCHING -> Files.writeString(folder.resolve("hold"), "target");
            default -> {}
        }
    }

    /** Asks for what leads to a phase, and holds it there. */
    private List<Process> ask(Phase phase) throws SQLException, IOException {
        if (phase.compareTo(Phase.READY) <= 0) {
            return List.of();
        }
        await().atMost(PATIENCE).until(() -> isIn(Phase.READY));
        switch (phase) {
            case SWITCHING -> {
                return List.of(godwitBeside("switch"));
            }
            case ROLLING_BACK -> {
                // Taking the gate off a table waits for whoever reads it.
                hold(source, "LOCK TABLE notes IN ACCESS SHARE MODE");
                return List.of(godwitBeside("rollback"));
            }
            default -> assertThat(godwit("switch", file).status()).isZero();
        }
        if (phase == Phase.SWITCHING_BACK) {
            Files.writeString(folder.resolve("hold"), "source");
            return List.of(godwitBeside("switch", "--back"));
        }
        if (phase == Phase.COMPLETING) {
            hold(target, "LOCK TABLE notes IN ACCESS SHARE MODE");
            return List.of(godwitBeside("complete"));
        }
        return List.of();
    }

    private void hold(EmbeddedPostgres server, String sql) throws SQLException {
        var connection = DriverManager.getConnection(server.jdbcUrl(database));
        holding.add(connection);
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void release() throws SQLException {
        for (var connection : holding) {
            connection.close();
        }
        holding.clear();
        folder.resolve("hold").toFile().delete();
        if (folder.resolve("move.yaml").toFile().exists()) {
            write(FILE);
        }
    }

    private void write(String text) {
        try {
            Files.writeString(Path.of(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process godwitBeside(String verb, String... options) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                verb,
                file));
        command.addAll(List.of(options));
        var said = folder.resolve("said-by-" + verb).toFile();
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(said));
        builder.environment().put("GODWIT_STATE", folder.resolve("state").toString());
        return builder.start();
    }

    private boolean isIn(Phase phase) throws SQLException {
        return text(target, "SELECT to_regclass('godwit.run') IS NOT NULL").equals("t")
                && text(target, "SELECT coalesce((SELECT phase FROM godwit.run), '')")
                        .equals(phase.word());
    }

    private String text(EmbeddedPostgres server, String query) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl(database));
                var rows = connection.createStatement().executeQuery(query)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        }
    }

    private static void run(EmbeddedPostgres server, String database, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl(database));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
