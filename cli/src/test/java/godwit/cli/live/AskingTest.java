package godwit.cli.live;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.cli.log.StateFolder;
import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.file.Layers;
import godwit.file.MoveFile;
import godwit.postgres.move.MoveAccess;
import godwit.run.Outcome;
import godwit.run.Pace;
import godwit.run.RealPace;
import godwit.run.Verb;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who asks, and what becomes of the answer. */
class AskingTest {
    private static final String FILE = """
            kind: move
            name: asked
            source: env:SOURCE
            target: env:TARGET
            """;

    @TempDir
    private Path folder;

    private final EmbeddedPostgres server =
            EmbeddedPostgres.start(EmbeddedSettings.of(17).withoutFsync());

    private MoveAccess access() {
        var urls = Map.of("SOURCE", server.url("postgres"), "TARGET", server.url("there"));
        return new MoveAccess(MoveFile.parse(FILE, Layers.none()), folder, urls);
    }

    @BeforeEach
    void create() {
        execute("CREATE DATABASE there");
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void anAnswerThatCannotBeHadForLongIsUnknown() {
        var pace = new DisturbedPace(server::stopImmediately);

        assertThat(asked(pace)).isInstanceOfSatisfying(Outcome.Unknown.class, unknown -> {
            assertThat(unknown.problem().code()).isEqualTo("outcome-unknown");
            assertThat(unknown.problem().message()).contains("pause");
        });
        assertThat(pace.elapsed()).isGreaterThan(Duration.ofSeconds(20));
    }

    @Test
    void whoMayNotLookForTheAnswerAnyMoreDoesNotKnowIt() {
        var pace = new DisturbedPace(() -> execute(
                "UPDATE pg_database SET datname = 'elsewhere' WHERE datname = 'there'",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'elsewhere'"));

        assertThat(asked(pace)).isInstanceOfSatisfying(Outcome.Unknown.class, unknown -> {
            assertThat(unknown.problem().code()).isEqualTo("outcome-unknown");
            assertThat(unknown.problem().message()).contains("there");
        });
    }

    /** Asks a worker that never answers. */
    private Outcome asked(DisturbedPace pace) {
        var access = access();
        try (var worker = access.target().open("test")) {
            var ledger = access.ledger(worker);
            ledger.create();
            var run = ledger.begin(UUID.randomUUID(), "asked", "");
            assertThat(access.tryLease(worker, run, "start")).isTrue();
            var state = StateFolder.of(Map.of("GODWIT_STATE", folder.toString()));
            return new Asking(access, new Operator("ann", state), pace).ask(Verb.PAUSE, Map.of());
        }
    }

    private void execute(String... statements) {
        try (var connection = DriverManager.getConnection(server.jdbcUrl("postgres"));
                var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Disturbs as soon as somebody waits; from then on the time of a pause passes at once. */
    private static final class DisturbedPace implements Pace {
        private final Runnable disturbance;
        private final Pace real = new RealPace();
        private final AtomicLong passed = new AtomicLong();

        DisturbedPace(Runnable disturbance) {
            this.disturbance = disturbance;
        }

        Duration elapsed() {
            return Duration.ofNanos(passed.get());
        }

        @Override
        public long nanos() {
            return real.nanos() + passed.get();
        }

        @Override
        public void pause(Duration time) {
            disturbance.run();
            passed.addAndGet(time.toNanos());
        }

        @Override
        public void wake(Thread pausing) {
            real.wake(pausing);
        }

        @Override
        public void beside(Runnable work) {
            real.beside(work);
        }
    }
}
