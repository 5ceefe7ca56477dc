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
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** What people see and do of a run whose worker comes and goes, whose servers stop, and whose file and password change. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class UnattendedRunTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String FILE = """
            kind: move
            name: people
            source: file:here
            target: file:there
            """;

    private static final String CHANGED = FILE + "limits: {copyWorkers: 3}\nswitch: {verifySecondsBetween: 1}\n";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedPostgres source;

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedPostgres target;

    @SuppressWarnings("NullAway.Init")
    private static String file;

    private static final List<String> SAID = new CopyOnWriteArrayList<>();
    private static @Nullable Supervisor supervisor;
    private static @Nullable Thread worker;

    @BeforeAll
    static void begin() throws Exception {
        source = EmbeddedPostgres.start(EmbeddedSettings.of(15).withoutFsync());
        target = EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync());
        for (var server : List.of(source, target)) {
            run(server, "postgres", "CREATE ROLE mover SUPERUSER LOGIN PASSWORD 'first'");
            run(server, "postgres", "CREATE DATABASE people");
            requirePassword(server);
        }
        run(source, "people", "CREATE TABLE people (id int PRIMARY KEY, name text)");
        run(source, "people", "INSERT INTO people SELECT i, 'p' FROM generate_series(1, 100) AS i");
        file = folder.resolve("move.yaml").toString();
        write("first", FILE);
        start(Layers.none());
        await().atMost(PATIENCE)
                .until(() -> "ready".equals(godwit("status", file).at("state")));
    }

    @AfterAll
    static void end() throws InterruptedException {
        stop();
        source.close();
        target.close();
    }

    /** The role may only log in with its password from now on. */
    private static void requirePassword(EmbeddedPostgres server) throws SQLException, IOException {
        var rules = Path.of(text(server, "postgres", "SHOW hba_file"));
        Files.writeString(rules, "host all mover 127.0.0.1/32 scram-sha-256\n" + Files.readString(rules));
        run(server, "postgres", "SELECT pg_reload_conf()");
        var open = server.jdbcUrl("people").replace("user=postgres", "user=mover");
        await().atMost(PATIENCE).until(() -> {
            try (var connection = DriverManager.getConnection(open)) {
                return connection == null;
            } catch (SQLException refused) {
                return true;
            }
        });
    }

    private static void write(String password, String text) throws IOException {
        Files.writeString(folder.resolve("here"), url(source, password));
        Files.writeString(folder.resolve("there"), url(target, password));
        Files.writeString(Path.of(file), text);
    }

    private static String url(EmbeddedPostgres server, String password) {
        return server.url("people").replace("postgres@", "mover:" + password + "@");
    }

    private static void start(Layers layers) {
        var access = new Subject(layers, Map.of()).find(file, Optional.empty()).open();
        var state =
                StateFolder.of(Map.of("GODWIT_STATE", folder.resolve("state").toString()));
        var begun = new Supervisor(access, new Operator("ann", state), SAID::add, layers.origins());
        supervisor = begun;
        worker = Thread.ofPlatform().daemon().start(begun::carry);
    }

    private static void stop() throws InterruptedException {
        if (supervisor != null && worker != null) {
            supervisor.stop();
            worker.join(PATIENCE.toMillis());
        }
    }

    private static void run(EmbeddedPostgres server, String database, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl(database));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(EmbeddedPostgres server, String database, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl(database));
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        }
    }

    private static void awaitPeople(String count) {
        await().atMost(PATIENCE)
                .until(() ->
                        text(target, "people", "SELECT count(*) FROM people").equals(count));
    }

    @Test
    @Order(1)
    void aPasswordThatIsChangedMeanwhileIsReadFromItsFileForTheNextConnection() throws Exception {
        for (var server : List.of(source, target)) {
            run(server, "postgres", "ALTER ROLE mover PASSWORD 'second'");
            run(server, "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mover'");
        }
        await().atMost(PATIENCE).until(() -> SAID.stream().anyMatch(line -> line.contains("[wrong-password]")));

        write("second", FILE);

        run(source, "people", "INSERT INTO people VALUES (101, 'after')");
        awaitPeople("101");
        assertThat(SAID).noneMatch(line -> line.contains("second"));
        for (var phase : List.of("filling", "following", "ready")) {
            await().atMost(PATIENCE).until(() -> SAID.stream().anyMatch(line -> line.endsWith(" is " + phase + ".")));
        }
    }

    @Test
    @Order(2)
    void whereNobodyFollowsTheLagIsMeasuredOnTheServers() throws Exception {
        stop();
        run(source, "people", "INSERT INTO people SELECT i, 'later' FROM generate_series(102, 2000) AS i");
        run(
                target,
                "people",
                "UPDATE godwit.run SET live = live || '{\"doing\": \"verify\", \"etaSeconds\": 7, \"rowsPerSecond\": 7,"
                        + " \"throttle\": {\"reason\": \"a replica lags\"}}'");

        await().atMost(PATIENCE)
                .until(() ->
                        godwit("status", file).at("lagSeconds") instanceof Number seconds && seconds.doubleValue() > 0);
        var status = godwit("status", file);

        assertThat(status.status()).isZero();
        assertThat(status.at("worker")).isEqualTo("nobody follows");
        assertThat(status.at("writes")).isEqualTo("source");
        assertThat(List.of("doing", "etaSeconds", "rowsPerSecond"))
                .allSatisfy(told -> assertThat(status.at(told)).isNull());
        assertThat(status.at("throttle")).asString().contains("reason=none");
        assertThat(status.at("waits")).isEqualTo("none");
        assertThat(status.at("publishedAt")).asString().startsWith("20");
        assertThat(((Number) java.util.Objects.requireNonNull(status.at("lagBytes"))).longValue())
                .isGreaterThan(100_000);
        assertThat(status.at("log")).asString().contains("side=source").contains("bytesPerSecond=");
        assertThat(status.text()).contains("nobody follows").contains("of log in a second");
    }

    @Test
    @Order(3)
    void aServerThatDoesNotAnswerMakesStatusSayUnknown() {
        source.stopImmediately();
        var withoutSource = godwit("status", file);
        source.restart();
        target.stopImmediately();
        var withoutTarget = godwit("status", file);
        target.restart();

        assertThat(withoutSource.status()).isZero();
        assertThat(withoutSource.at("state")).isEqualTo("ready");
        assertThat(withoutSource.at("writes")).isEqualTo("unknown");
        assertThat(withoutSource.at("lagBytes")).isEqualTo("unknown");
        assertThat(withoutSource.at("lagSeconds")).isEqualTo("unknown");
        assertThat(withoutSource.at("remarks")).asString().contains("code=unreachable");
        assertThat(withoutSource.text()).contains("[unreachable]").contains("how far behind is not known");
        assertThat(withoutTarget.status()).isEqualTo(3);
        assertThat(withoutTarget.at("state")).isEqualTo("unknown");
        assertThat(withoutTarget.at("writes")).isEqualTo("unknown");
        assertThat(withoutTarget.problem()).isEqualTo("unreachable");
    }

    @Test
    @Order(4)
    void aFileThatWouldMoveSomethingElseIsRefusedAndOtherChangesAreTold() throws Exception {
        write("second", FILE + "exclude: [people]\n");
        assertThat(godwit("verify", file).problem()).isEqualTo("move-changed");
        var access = new Subject(Layers.none(), Map.of())
                .find(file, Optional.empty())
                .open();
        var state = StateFolder.of(Map.of("GODWIT_STATE", folder.toString()));
        assertThatThrownBy(() -> new Supervisor(access, new Operator("ann", state), SAID::add).carry())
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        e -> assertThat(e.problem().objects()).containsExactly("exclude"));

        write("second", CHANGED);
        start(new Layers(Map.of("insecure", "true"), Map.of()));

        awaitPeople("2000");
        assertThat(SAID)
                .contains("Changed since the run was started last: insecure, limits.copyWorkers,"
                        + " switch.verifySecondsBetween.");
        assertThat(godwit("diagnose", file).at("history"))
                .asString()
                .contains("verb=change limits.copyWorkers")
                .contains("verb=insecure by command line");
    }

    @Test
    @Order(5)
    void aTableThatWasMadeAfterTheSwitchMayBeExcludedAndOneThatMovesMayNot() throws Exception {
        assertThat(godwit("switch", file).status()).isZero();
        run(target, "people", "CREATE TABLE later (id int PRIMARY KEY); INSERT INTO later VALUES (1)");
        assertThat(godwit("switch", file, "--back").problem()).isEqualTo("tables-not-followed");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(godwit("status", file).at("lastProof"))
                        .asString()
                        .contains("differences=0", "secondsAgo="));
        stop();

        write("second", CHANGED + "exclude: [people, later]\n");
        assertThat(godwit("switch", file, "--back").problem()).isEqualTo("move-changed");
        write("second", CHANGED + "exclude: [later]\n");
        assertThat(godwit("switch", file, "--back").status()).isZero();
        write("second", CHANGED);
        assertThat(godwit("verify", file).problem()).isEqualTo("move-changed");
        write("second", CHANGED + "exclude: [later, next]\n");
        start(new Layers(Map.of("insecure", "true"), Map.of()));

        await().atMost(PATIENCE).until(() -> SAID.contains("Changed since the run was started last: exclude."));
        assertThat(godwit("status", file).at("writes")).isEqualTo("source");
    }

    @Test
    @Order(6)
    void afterCompleteOnlyTheHistoryIsLeftInTheLedger() throws Exception {
        assertThat(godwit("switch", file).status()).isZero();
        assertThat(godwit("complete", file).status()).isZero();
        stop();

        var left = new TreeMap<String, Boolean>();
        try (var connection = DriverManager.getConnection(target.jdbcUrl("people"));
                var statement = connection.createStatement();
                var names = statement.executeQuery(
                        "SELECT relname FROM pg_class WHERE relnamespace = 'godwit'::regnamespace AND relkind = 'r'")) {
            while (names.next()) {
                var table = names.getString(1);
                left.put(
                        table,
                        !text(target, "people", "SELECT count(*) FROM godwit." + table)
                                .equals("0"));
            }
        }
        assertThat(left)
                .isEqualTo(new TreeMap<>(Map.ofEntries(
                        Map.entry("backfill", false),
                        Map.entry("backfill_range", false),
                        Map.entry("change_step", false),
                        Map.entry("chunk", false),
                        Map.entry("event", true),
                        Map.entry("key_range", false),
                        Map.entry("large_object", false),
                        Map.entry("ledger", true),
                        Map.entry("made", false),
                        Map.entry("migration", false),
                        Map.entry("move_file", true),
                        Map.entry("progress", false),
                        Map.entry("request", true),
                        Map.entry("row_again", false),
                        Map.entry("run", true),
                        Map.entry("setting", false),
                        Map.entry("shape", false),
                        Map.entry("table_copy", false),
                        Map.entry("verification", true),
                        Map.entry("worker", false))));
        var others = "SELECT count(*) FROM pg_class WHERE relnamespace = 'godwit'::regnamespace AND relkind = 'S'"
                + " AND relname NOT LIKE '%_number_seq'";
        assertThat(text(target, "people", others)).isEqualTo("0");
        assertThat(text(target, "people", "SELECT count(*) FROM pg_proc WHERE pronamespace = 'godwit'::regnamespace"))
                .isEqualTo("0");
        assertThat(godwit("status", file).json())
                .containsEntry("state", "completed")
                .containsEntry("tables", List.of())
                .containsEntry("throttle", Map.of("reason", "none"))
                .doesNotContainKeys("rowsPerSecond", "etaSeconds", "doing");
    }

    @Test
    @Order(7)
    void aRunThatIsOverIsRefused() throws Exception {
        var id = text(target, "people", "SELECT id FROM godwit.run");
        var there = "file:" + folder.resolve("there");

        assertThat(godwit("complete", file).at("already")).isEqualTo(true);
        for (var verb : List.of("rollback", "verify", "switch", "pause")) {
            assertThat(godwit(verb, file)).extracting(Ran::status, Ran::problem).containsExactly(1, "run-over");
        }
        assertThat(godwit("start", id, "--target", there))
                .extracting(Ran::status, Ran::problem)
                .containsExactly(1, "run-over");
    }
}
