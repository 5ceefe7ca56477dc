package godwit.cli;

import static godwit.cli.Ran.godwit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.run.Phase;
import godwit.run.Verb;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * In each phase, which something holds until then, the worker's process is killed or a server stops, while a client writes:
 * the run comes to its end, with each row that was committed and no other.
 */
@Tag("full")
class FaultsInEachPhaseTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int KILLED = 128 + 9;
    private static final String FILE = """
            kind: move
            name: faults
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

    private final String database = "faults_" + databases++;
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

    /** What goes wrong. */
    enum Fault {
        KILL,
        SOURCE_STOPS,
        TARGET_STOPS
    }

    static Stream<Arguments> all() {
        return Arrays.stream(Phase.values())
                .filter(phase -> phase != Phase.PLANNED && !phase.isOver())
                .flatMap(phase -> Arrays.stream(Fault.values()).map(fault -> Arguments.of(phase, fault)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void theRunComesToItsEnd(Phase phase, Fault fault) throws Exception {
        hold(phase);
        var worker = godwitBeside("start");
        var asked = ask(phase);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(isIn(phase)).as(said()).isTrue());
        writer.awaitMore(20);

        var last = befall(fault, worker, !asked.isEmpty());

        // What holds it may have ended with the server.
        assertThat(isIn(phase) || fault != Fault.KILL).as("still " + phase).isTrue();
        writer.awaitMore(20);
        release();
        if (phase == Phase.FILLING) {
            assertThat(godwit("set", file, "rows-per-second=0").status()).isZero();
        }
        for (var verb : asked) {
            assertThat(verb.waitFor()).as(said()).isZero();
        }
        end(phase);
        assertThat(last.waitFor()).as(said()).isZero();
        writer.close();
        writer.assertAllIn(phase == Phase.ROLLING_BACK ? source.jdbcUrl(database) : target.jdbcUrl(database));
    }

    /** Returns the worker that goes on. */
    private Process befall(Fault fault, Process worker, boolean asked) throws Exception {
        switch (fault) {
            case KILL -> {
                worker.destroyForcibly();
                assertThat(worker.waitFor()).isEqualTo(KILLED);
                // Whoever waits for an answer may already do the work.
                for (var server : asked ? List.<EmbeddedPostgres>of() : List.of(source, target)) {
                    await().atMost(PATIENCE).until(() -> text(server, SESSIONS).equals("0"));
                }
                return godwitBeside("start");
            }
            case SOURCE_STOPS -> source.stopImmediately();
            case TARGET_STOPS -> target.stopImmediately();
        }
        (fault == Fault.SOURCE_STOPS ? source : target).restart();
        return worker;
    }

    private String said() throws IOException {
        var all = new StringBuilder();
        for (var verb : Verb.values()) {
            var said = folder.resolve("said-by-" + verb.word().split(" ")[0]);
            all.append(Files.exists(said) ? verb.word() + ": " + Files.readString(said) + "\n" : "");
        }
        var start = folder.resolve("said-by-start");
        return all + (Files.exists(start) ? "start: " + Files.readString(start) : "");
    }

    /** Brings the run from where it is to its end. */
    private void end(Phase phase) {
        if (phase == Phase.ROLLING_BACK || phase == Phase.COMPLETING) {
            return;
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(isIn(Phase.READY) || isIn(Phase.SWITCHED))
                        .as(said())
                        .isTrue());
        assertDone(godwit("verify", file));
        assertDone(godwit("switch", file));
        writer.awaitMore(20);
        assertDone(godwit("complete", file));
    }

    private static void assertDone(Ran ran) {
        assertThat(ran.status()).as(ran + "").isZero();
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

    /** At once, for a worker that begins may read it just now. */
    private void write(String text) {
        try {
            var next = Files.writeString(folder.resolve("next"), text);
            Files.move(next, Path.of(file), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
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
