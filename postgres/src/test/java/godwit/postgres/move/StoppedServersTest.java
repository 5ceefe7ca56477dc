package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.postgres.Pair;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers that stop as in a crash, in the midst of a move. */
class StoppedServersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final EmbeddedPostgres source = server(15);
    private final EmbeddedPostgres target = server(17);
    private final Pair pair = new Pair(source, target);

    private static EmbeddedPostgres server(int major) {
        return EmbeddedPostgres.start(EmbeddedSettings.of(major).withoutFsync());
    }

    @AfterEach
    void close() {
        source.close();
        target.close();
    }

    private void stop(String which) {
        var server = which.equals("source") ? source : target;
        server.stopImmediately();
        server.restart();
    }

    private void create() {
        try (var application = Pair.application(pair.source())) {
            application.execute("CREATE TABLE t (id int PRIMARY KEY, v text);"
                    + " INSERT INTO t SELECT i, repeat('x', 200) FROM generate_series(1, 30000) i");
        }
    }

    private void execute(boolean atSource, String sql) {
        try (var application = Pair.application(atSource ? pair.source() : pair.target())) {
            application.execute(sql);
        }
    }

    private static void awaitPhase(LiveMove move, Phase phase) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .untilAsserted(() -> assertThat(move.phaseIfAny())
                        .as("last failure: " + move.lastFailure())
                        .hasValueSatisfying(now -> assertThat(now).isGreaterThanOrEqualTo(phase)));
    }

    private static void awaitDone(LiveMove move, Verb verb) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(move.askIfAny(verb))
                        .as("last failure: " + move.lastFailure())
                        .hasValueSatisfying(outcome -> assertThat(outcome).isInstanceOf(Outcome.Done.class)));
    }

    @Test
    void aMoveOutlivesThemInItsLongPhases() {
        create();
        try (var move =
                LiveMove.of(pair, "postgres", Specs.spec(pair.name(), 1)).start()) {
            awaitPhase(move, Phase.FILLING);
            stop("source");
            awaitPhase(move, Phase.READY);
            stop("target");
            execute(true, "UPDATE t SET v = 'b' WHERE id <= 10");
            awaitDone(move, Verb.SWITCH);
            stop("source");
            execute(false, "UPDATE t SET v = 'c' WHERE id <= 5");
            awaitDone(move, Verb.SWITCH_BACK);
            awaitDone(move, Verb.VERIFY);
            assertOnSource();
        }
    }

    private void assertOnSource() {
        try (var application = Pair.application(pair.source())) {
            assertThat(application.text("SELECT count(*) FILTER (WHERE v = 'b') || ' ' || count(*) FILTER"
                            + " (WHERE v = 'c') || ' ' || count(*) FROM t"))
                    .isEqualTo("5 5 30000");
        }
    }

    @ParameterizedTest
    @Tag("full")
    @CsvSource({
        "EXPANDING, source", "EXPANDING, target", "FILLING, target", "FOLLOWING, source", "FOLLOWING, target",
        "SWITCHING, source", "SWITCHING, target", "SWITCHED, target", "COMPLETING, source", "COMPLETING, target",
        "ROLLING_BACK, source", "ROLLING_BACK, target"
    })
    void aMoveOutlivesOneInEachPhase(Phase phase, String which) {
        create();
        try (var move =
                LiveMove.of(pair, "postgres", Specs.spec(pair.name(), 1)).start()) {
            if (phase.compareTo(Phase.READY) > 0) {
                awaitPhase(move, Phase.READY);
                if (phase == Phase.COMPLETING) {
                    awaitDone(move, Verb.SWITCH);
                }
                move.askWithoutWaiting(
                        switch (phase) {
                            case COMPLETING -> Verb.COMPLETE;
                            case ROLLING_BACK -> Verb.ROLLBACK;
                            default -> Verb.SWITCH;
                        });
            }
            awaitPhase(move, phase);
            stop(which);
            awaitEnd(move, phase);
        }
    }

    private void awaitEnd(LiveMove move, Phase phase) {
        switch (phase) {
            case COMPLETING ->
                await().atMost(PATIENCE).until(() -> move.phaseIfAny().equals(Optional.of(Phase.COMPLETED)));
            case ROLLING_BACK ->
                await().atMost(PATIENCE).until(() -> move.phaseIfAny().isEmpty());
            default -> {
                awaitDone(move, Verb.SWITCH);
                execute(false, "UPDATE t SET v = 'b' WHERE id <= 10");
                awaitDone(move, Verb.VERIFY);
            }
        }
    }
}
