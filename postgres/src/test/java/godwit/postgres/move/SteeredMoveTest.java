package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.move.Conduct;
import godwit.move.LiveSetting;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.postgres.ledger.PostgresLedger;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** People who pause a run, let it go on, and change its limits meanwhile. */
@ExtendWith(Servers.class)
class SteeredMoveTest {
    private static final int ROWS = 20_000;

    private final Pair pair;

    SteeredMoveTest(Pair pair) {
        this.pair = pair;
    }

    @BeforeEach
    void create() {
        pair.source("CREATE TABLE scratch (id int PRIMARY KEY); CREATE TABLE notes (id int PRIMARY KEY, what text)");
        pair.source("INSERT INTO notes SELECT i, 'note ' || i FROM generate_series(1, " + ROWS + ") AS i");
    }

    private LiveMove slow(long rowsPerSecond) {
        return tuned(LiveSetting.ROWS_PER_SECOND, rowsPerSecond, rowsPerSecond);
    }

    private LiveMove tuned(LiveSetting setting, long value, long rowsPerSecond) {
        var usual = Conduct.usual(Specs.spec("any", 2).limits());
        var tuning =
                usual.tuning().with(LiveSetting.ROWS_PER_SECOND, rowsPerSecond).with(setting, value);
        var conduct = new Conduct(usual.mode(), usual.schema(), usual.transport(), usual.largeObjects(), tuning);
        return LiveMove.of(pair, "postgres", conduct).start();
    }

    private long chunks() {
        return pair.atTarget().number("SELECT count(*) FROM godwit.chunk");
    }

    private void assertNothingIsCopiedMeanwhile() {
        var before = chunks();
        await().during(Duration.ofMillis(700)).atMost(Duration.ofSeconds(2)).until(() -> chunks() == before);
    }

    @Test
    void aPausedCopyStandsStillOverAKillUntilItIsResumed() {
        try (var move = slow(5000)) {
            move.awaitPhase(Phase.FILLING);
            await().until(() -> chunks() > 2);

            assertThat(move.ask(Verb.PAUSE)).isInstanceOf(Outcome.Done.class);
            await().during(Duration.ofMillis(500)).until(() -> move.steering().isPaused());
            assertNothingIsCopiedMeanwhile();

            move.kill();
            assertNothingIsCopiedMeanwhile();
            assertThat(move.phase()).isEqualTo(Phase.FILLING);

            assertThat(move.ask(Verb.SET, Map.of("throttle.rowsPerSecond", "0")))
                    .isInstanceOf(Outcome.Done.class);
            assertThat(move.ask(Verb.RESUME)).isInstanceOf(Outcome.Done.class);
            move.awaitPhase(Phase.READY);
            assertThat(move.ask(Verb.VERIFY)).isInstanceOf(Outcome.Done.class);
        }
    }

    @Test
    void aChangeOfTheSourcesSchemaEndsACopyThatIsUnderWay() {
        try (var move = slow(500)) {
            move.awaitPhase(Phase.FILLING);
            await().until(() -> pair.atTarget().is("SELECT count(*) > 0 FROM godwit.table_copy"));
            pair.source("CREATE FUNCTION late() RETURNS int LANGUAGE sql AS 'SELECT 1'");

            assertThat(move.awaitFailure().code()).isEqualTo("source-schema-changed");
            assertThat(pair.atTarget().is("SELECT NOT bool_and(done) FROM godwit.table_copy"))
                    .isTrue();

            move.askWithoutWaiting(Verb.ROLLBACK, Map.of());
            move.start().awaitOver();
            assertThat(pair.atTarget().is("SELECT to_regnamespace('godwit') IS NULL"))
                    .isTrue();
        }
    }

    @Test
    void aReadyRunWhoseSourceHasChangedIsRolledBack() {
        try (var move = slow(0).awaitPhase(Phase.READY)) {
            pair.source("ALTER TABLE notes ADD late int; INSERT INTO notes (id, late) VALUES (-1, 1)");
            assertThat(move.awaitFailure().code()).isEqualTo("source-schema-changed");

            move.askWithoutWaiting(Verb.ROLLBACK, Map.of());
            move.start().awaitOver();

            assertThat(pair.atSource().is("SELECT to_regnamespace('godwit') IS NULL"))
                    .isTrue();
            assertThat(pair.atTarget().is("SELECT to_regnamespace('godwit') IS NULL"))
                    .isTrue();
        }
    }

    @Test
    void aPausedStreamAppliesNothingAndTheSidesAreNotSwitched() {
        try (var move = slow(0).awaitPhase(Phase.READY)) {
            move.ask(Verb.PAUSE);
            pair.source("DELETE FROM notes WHERE id <= 10");

            await().during(Duration.ofMillis(700)).until(() -> rowsOnTarget() == ROWS);
            for (var verb : new Verb[] {Verb.SWITCH, Verb.VERIFY, Verb.REPAIR, Verb.COMPLETE}) {
                assertThat(move.ask(verb))
                        .isInstanceOfSatisfying(
                                Outcome.Refused.class,
                                refused -> assertThat(refused.problem().code()).isEqualTo("run-paused"));
            }

            move.ask(Verb.RESUME);
            await().until(() -> rowsOnTarget() == ROWS - 10);
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
        }
    }

    /** A lock on the target keeps the stream from where the verification needs it. */
    @Test
    void aVerificationThatWaitsForTheStreamIsBesideTheWorkerAndEndsForARollback() {
        var blocker = pair.atTarget();
        try (var move = slow(0).awaitPhase(Phase.READY)) {
            blocker.begin();
            blocker.execute("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE");
            pair.source("DELETE FROM notes WHERE id <= 10");
            var verify = move.askWithoutWaiting(Verb.VERIFY);
            await().until(() -> "verify".equals(move.live().get("doing")));

            assertThat(move.ask(Verb.SET, Map.of("limits.copyWorkers", "1"))).isInstanceOf(Outcome.Done.class);
            assertThat(move.answer(verify)).isEmpty();

            move.askWithoutWaiting(Verb.ROLLBACK);
            await().atMost(Duration.ofSeconds(8))
                    .untilAsserted(() -> assertThat(move.answer(verify))
                            .hasValueSatisfying(
                                    outcome -> assertThat(outcome.toString()).contains("abandoned")));
            blocker.rollback();
            await().atMost(Duration.ofSeconds(20)).until(() -> !new PostgresLedger(pair.atTarget()).exists());
        }
    }

    @Test
    void aPausedRunCanBeRolledBack() {
        try (var move = slow(2000)) {
            move.awaitPhase(Phase.FILLING);
            move.ask(Verb.PAUSE);

            assertThat(move.ask(Verb.ROLLBACK)).isInstanceOf(Outcome.Done.class);
        }
        assertThat(CaseDatabase.traces(pair.source())).isEmpty();
    }

    @Test
    void rowsPerSecondHoldsAndCanBeRaisedMeanwhile() {
        try (var move = slow(2000)) {
            move.awaitPhase(Phase.FILLING);
            await().until(() -> chunks() > 0);
            var began = System.nanoTime();
            var before = rowsCopied();
            await().until(() -> rowsCopied() - before >= 4000);

            assertThat((System.nanoTime() - began) / 1e9).isGreaterThan(1.0);
            assertThat(rowsCopied()).isLessThan(ROWS);

            move.ask(Verb.SET, Map.of("throttle.rowsPerSecond", "0"));
            await().atMost(Duration.ofSeconds(4)).until(() -> rowsCopied() == ROWS);
            move.awaitPhase(Phase.READY);
        }
    }

    @Test
    void aSignalAboveItsLimitStopsTheCopyAndIsNamedUntilItIsBelow() {
        var reader = pair.atSource();
        reader.begin();
        reader.number("SELECT count(*) FROM scratch");
        try (var move = tuned(LiveSetting.TRANSACTION_SECONDS_MAX, 1, 4000)) {
            move.awaitPhase(Phase.FILLING);

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> String.valueOf(move.published().get("throttle"))
                            .matches(".*the source's oldest transaction is \\d+ s, above 1 s.*"));
            await().until(() -> !isCopying());
            assertNothingIsCopiedMeanwhile();
            assertThat(move.phase()).isEqualTo(Phase.FILLING);

            reader.rollback();
            move.ask(Verb.SET, Map.of("throttle.rowsPerSecond", "0"));
            move.awaitPhase(Phase.READY);
        }
    }

    /** Chunks under way may end although no new one begins. */
    private boolean isCopying() {
        return pair.atTarget()
                .is("SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'godwit copy'"
                        + " AND datname = current_database() AND state = 'active'");
    }

    private long rowsCopied() {
        return pair.atTarget().number("SELECT coalesce(sum(rows), 0)::bigint FROM godwit.chunk");
    }

    private long rowsOnTarget() {
        return pair.atTarget().number("SELECT count(*) FROM notes");
    }
}
