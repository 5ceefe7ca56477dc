package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.move.HealthCheck;
import godwit.move.MoveSpec;
import godwit.move.SwitchSpec;
import godwit.move.Watching;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import godwit.schema.TableName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a switch is predicted to do, and what makes a switched run go back by itself. */
@ExtendWith(Servers.class)
class WayBackTest {
    private static final Map<String, String> DRY_RUN = Map.of("dryRun", "true");

    private final Pair pair;

    WayBackTest(Pair pair) {
        this.pair = pair.source(
                "CREATE SEQUENCE s; CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE errors (id int PRIMARY KEY);"
                        + " CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);"
                        + " CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
                        + " INSERT INTO t SELECT i, 'a' FROM generate_series(1, 100) i");
    }

    private MoveSpec spec(int rollbackSecondsMax, int verifySecondsBetween, HealthCheck... health) {
        var usual = Specs.spec(pair.name(), 1);
        var watching = new Watching(List.of(health), verifySecondsBetween);
        var switching = new SwitchSpec(List.of(), 5, 3000, 10, rollbackSecondsMax, watching);
        return new MoveSpec(
                usual.name(), usual.source(), usual.target(), usual.tables(), usual.rows(), switching, usual.limits());
    }

    private LiveMove ready(int rollbackSecondsMax, int verifySecondsBetween, HealthCheck... health) {
        var spec = spec(rollbackSecondsMax, verifySecondsBetween, health);
        return LiveMove.of(pair, "postgres", spec).start().awaitPhase(Phase.READY);
    }

    private LiveMove switched(int rollbackSecondsMax, int verifySecondsBetween, HealthCheck... health) {
        var move = ready(rollbackSecondsMax, verifySecondsBetween, health);
        assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
        pair.target("UPDATE t SET v = 'b' WHERE id = 1");
        return move;
    }

    /** The run goes back by itself, with all that was written on the target. */
    private void assertGoesBack(LiveMove move, String code, int secondsMax) {
        var began = System.nanoTime();
        await().atMost(Duration.ofSeconds(30)).until(() -> move.phase() == Phase.READY);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(secondsMax));
        await().untilAsserted(() ->
                assertThat(move.live()).extractingByKey("wentBack").asString().contains(code, "done=true", "seconds"));
        assertThat(pair.atSource().execute("UPDATE t SET v = 'c' WHERE v = 'b'"))
                .isEqualTo(1);
        assertThat(pair.atTarget()
                        .number("SELECT count(*) FROM godwit.event WHERE operator = 'godwit'"
                                + " AND verb = 'switch back' AND result = 'done' AND code = '" + code + "'"))
                .isEqualTo(1);
    }

    @Test
    void aDryRunTellsThePauseAndChangesNothing() {
        try (var move = ready(300, 0)) {
            pair.source("SELECT nextval('s') FROM generate_series(1, 50)");
            assertThat(move.ask(Verb.SWITCH, DRY_RUN)).isInstanceOfSatisfying(Outcome.Done.class, done -> {
                assertThat((Number) done.result().get("predictedPauseMillis"))
                        .satisfies(millis -> assertThat(millis.longValue()).isBetween(0L, 3000L));
                assertThat(done.result()).containsKeys("predictedWayBackSeconds", "rowsVerified", "position");
            });

            assertThat(move.phase()).isEqualTo(Phase.READY);
            assertThat(pair.atTarget().number("SELECT last_value FROM s")).isLessThan(50);
            assertThat(pair.atSource().execute("UPDATE t SET v = 'b'")).isEqualTo(100);
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
            assertThat(pair.atTarget().number("SELECT last_value FROM s")).isGreaterThan(50);
            assertThat(move.ask(Verb.SWITCH_BACK, DRY_RUN)).isInstanceOf(Outcome.Done.class);
            assertThat(move.phase()).isEqualTo(Phase.SWITCHED);
        }
    }

    @Test
    void aDryRunNamesWhoWouldHoldUpTheSwitch() {
        try (var move = ready(300, 0);
                var writer = Pair.application(pair.source())) {
            writer.begin();
            writer.execute("UPDATE t SET v = 'open' WHERE id = 1");
            await().until(() -> pair.atSource()
                    .is(
                            "SELECT xact_start < clock_timestamp() - interval '1.1 s' FROM pg_stat_activity WHERE pid = ?",
                            writer.pid()));

            assertThat(move.ask(Verb.SWITCH, DRY_RUN)).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
                assertThat(refused.problem().code()).isEqualTo("writers-too-old");
                assertThat(refused.problem().pids()).containsExactly(writer.pid());
            });
            writer.rollback();
        }
    }

    @Test
    void aSwitchWhoseWayBackIsPredictedToTakeTooLongIsRefused() {
        try (var move = ready(0, 0)) {
            for (var options : List.of(DRY_RUN, Map.<String, String>of())) {
                assertThat(move.ask(Verb.SWITCH, options))
                        .isInstanceOfSatisfying(
                                Outcome.Refused.class,
                                refused -> assertThat(refused.problem().code()).isEqualTo("way-back-too-slow"));
            }
            assertThat(move.phase()).isEqualTo(Phase.READY);
        }
    }

    @Test
    void aFailingQueryTakesTheWritesBack() {
        var check = new HealthCheck(new HealthCheck.Sql("SELECT count(*) = 0 FROM public.errors"), 1, 2, 5);
        try (var move = switched(300, 0, check)) {
            pair.target("INSERT INTO errors VALUES (1)");

            assertGoesBack(move, "health-check-failed", 10);
        }
    }

    @Test
    void aFailingCommandTakesTheWritesBack(@TempDir Path folder) throws IOException {
        var alarm = folder.resolve("alarm");
        var check = new HealthCheck(new HealthCheck.Command(List.of("test", "!", "-e", alarm.toString())), 1, 1, 5);
        try (var move = switched(300, 0, check)) {
            Files.createFile(alarm);

            assertGoesBack(move, "health-check-failed", 10);
        }
    }

    @Test
    void aDifferenceInTheOtherDirectionIsMendedAndTakesTheWritesBack() {
        try (var move = switched(300, 1)) {
            move.misapply(pair.atSource(), "UPDATE t SET v = 'wrong' WHERE id = 7");

            assertGoesBack(move, "differences-open", 15);
            assertThat(pair.atSource().text("SELECT v FROM t WHERE id = 7")).isEqualTo("a");
        }
    }

    /** They are nowhere else; a repair would take them away. */
    @Test
    void rowsThatOthersWroteOnTheSourceAreNotMendedAwayNorLeftBehind() {
        try (var move = switched(300, 1)) {
            LiveMove.intrude(pair.atSource(), "INSERT INTO t VALUES (1000, 'evidence')");

            await().untilAsserted(() -> assertThat(move.live())
                    .extractingByKey("wentBack")
                    .asString()
                    .contains("differences-open", "done=false", "foreign-writers"));
            assertThat(move.phase()).isEqualTo(Phase.SWITCHED);
            move.stop();
            move.start();
            assertThat(move.ask(Verb.COMPLETE))
                    .isInstanceOfSatisfying(
                            Outcome.Refused.class,
                            refused -> assertThat(refused.problem().code()).isEqualTo("foreign-writers"));
            assertThat(pair.atSource().text("SELECT v FROM t WHERE id = 1000")).isEqualTo("evidence");
        }
    }

    @Test
    void aStreamThatStandsStillForTooLongTakesTheWritesBackAsSoonAsItCan() {
        try (var move = switched(2, 0);
                var blocker = Pair.application(pair.source())) {
            blocker.begin();
            blocker.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
            pair.target("UPDATE t SET v = 'later' WHERE id = 2");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> pair.atTarget()
                            .is("SELECT count(*) > 0 FROM godwit.event WHERE code = 'way-back-stands-still'"));

            blocker.rollback();

            assertGoesBack(move, "way-back-stands-still", 20);
            assertThat(pair.atSource().text("SELECT v FROM t WHERE id = 2")).isEqualTo("later");
        }
    }

    @Test
    void aStreamThatFailsAgainAndAgainStandsStillSinceItsLastProgress() {
        try (var move = switched(3, 0);
                var blocker = Pair.application(pair.source())) {
            blocker.begin();
            blocker.execute("LOCK TABLE t IN SHARE MODE");
            pair.target("UPDATE t SET v = 'later' WHERE id = 2");
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                pair.atSource()
                        .query(
                                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                        + " WHERE application_name = 'godwit apply' AND datname = current_database()",
                                row -> row.getBoolean(1));
                return pair.atTarget().is("SELECT count(*) > 0 FROM godwit.event WHERE code = 'way-back-stands-still'");
            });

            blocker.rollback();

            await().atMost(Duration.ofSeconds(30)).until(() -> move.phase() == Phase.READY);
            assertThat(pair.atSource().text("SELECT v FROM t WHERE id = 2")).isEqualTo("later");
        }
    }

    @Test
    void aStreamThatCannotGoOnIsToldAndGoesBackWhenItCan() {
        try (var move = switched(300, 0)) {
            pair.source("ALTER TABLE t RENAME COLUMN v TO w");
            pair.target("UPDATE t SET v = 'later' WHERE id = 2");

            var failure = move.awaitFailure();

            assertThat(failure.code()).isNotEqualTo("way-back-broken");
            assertThat(pair.atTarget()
                            .number("SELECT count(*) FROM godwit.event WHERE operator = 'godwit'"
                                    + " AND result = 'refused' AND code = 'way-back-broken'"))
                    .isEqualTo(1);
            assertThat(move.phase()).isEqualTo(Phase.SWITCHED);

            pair.source("ALTER TABLE t RENAME COLUMN w TO v");
            move.start();
            assertThat(move.ask(Verb.SWITCH_BACK)).isInstanceOf(Outcome.Done.class);
            assertThat(pair.atSource().text("SELECT v FROM t WHERE id = 2")).isEqualTo("later");
        }
    }

    @Test
    void aColumnAddedOnTheTargetEndsNothingAndIsNotLeftBehind() {
        var spec = spec(300, 1);
        try (var move = LiveMove.of(pair, "postgres", spec).start().awaitPhase(Phase.READY)) {
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
            pair.target(
                    "ALTER TABLE t ADD more text; CREATE SEQUENCE fresh; UPDATE t SET v = 'b', more = 'm' WHERE id = 1;"
                            + " INSERT INTO t VALUES (101, 'c', 'n'); DELETE FROM t WHERE id = 2");
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> pair.atSource()
                            .is("SELECT count(*) = 100 AND bool_or(id = 101 AND v = 'c') AND bool_or(v = 'b')"
                                    + " AND NOT bool_or(id = 2) FROM t"));
            await().atMost(Duration.ofSeconds(15))
                    .untilAsserted(() -> assertThat(move.live())
                            .extractingByKey("wayBackProblem")
                            .asString()
                            .contains("target-schema-changed", "column public.t.more"));
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> pair.atTarget()
                                    .number("SELECT count(*) FROM godwit.verification WHERE phase = 'continuous'")
                            > 1);
            for (var options : List.of(DRY_RUN, Map.<String, String>of())) {
                assertThat(move.ask(Verb.SWITCH_BACK, options))
                        .isInstanceOfSatisfying(
                                Outcome.Refused.class,
                                refused -> assertThat(refused.problem().code()).isEqualTo("target-schema-changed"));
            }
            assertThat(move.ask(Verb.ROLLBACK))
                    .isInstanceOfSatisfying(
                            Outcome.Refused.class,
                            refused -> assertThat(refused.problem().code()).isEqualTo("target-schema-changed"));
            assertThat(move.phase()).isEqualTo(Phase.SWITCHED);
            assertThat(pair.atTarget().is("SELECT count(*) = 0 FROM godwit.event WHERE operator = 'godwit'"))
                    .isTrue();
            pair.source("ALTER TABLE t ADD more text");
        }
        try (var move = LiveMove.of(pair, "postgres", spec(300, 0)).start()) {
            assertThat(move.ask(Verb.REPAIR)).isInstanceOf(Outcome.Done.class);
            assertThat(move.ask(Verb.ROLLBACK)).isInstanceOf(Outcome.Done.class);
            assertThat(pair.atSource().text("SELECT string_agg(more, ',' ORDER BY id) FROM t"))
                    .isEqualTo("m,n");
        }
    }

    @Test
    void aFailingHealthCheckLeavesNoColumnBehind() {
        var check = new HealthCheck(new HealthCheck.Sql("SELECT count(*) = 0 FROM public.errors"), 1, 2, 5);
        try (var move = switched(300, 0, check)) {
            pair.target("ALTER TABLE t ADD more text; INSERT INTO errors VALUES (1)");

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> pair.atTarget()
                            .is("SELECT count(*) > 0 FROM godwit.event WHERE operator = 'godwit'"
                                    + " AND result = 'refused' AND code = 'health-check-failed'"));
            await().atMost(Duration.ofSeconds(15))
                    .untilAsserted(() -> assertThat(move.live())
                            .extractingByKey("wentBack")
                            .asString()
                            .contains("target-schema-changed"));
            assertThat(move.phase()).isEqualTo(Phase.SWITCHED);
        }
    }

    @Test
    void aSequenceMadeOnTheTargetIsANoticeAndBarsNothing() {
        try (var move = switched(300, 0)) {
            pair.target("CREATE SEQUENCE fresh");
            assertThat(move.ask(Verb.VERIFY))
                    .isInstanceOfSatisfying(
                            Outcome.Done.class,
                            done -> assertThat(done.result())
                                    .extractingByKey("notices")
                                    .asString()
                                    .contains("sequence-missing", "public.fresh"));
            assertThat(move.ask(Verb.SWITCH_BACK)).isInstanceOf(Outcome.Done.class);
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
        }
    }

    @Test
    void aPartitionMadeOnTheTargetIsToldBeforeSomebodyGoesBackAndHow() {
        try (var move = switched(300, 0)) {
            pair.target("CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (10) TO (20); INSERT INTO p VALUES (12);"
                    + " ALTER TABLE errors ADD more int");
            await().atMost(Duration.ofSeconds(15))
                    .untilAsserted(() -> assertThat(move.live())
                            .extractingByKey("wayBackProblem")
                            .asString()
                            .contains(
                                    "tables-not-followed",
                                    "CREATE TABLE public.p_2 PARTITION OF public.p FOR VALUES FROM (10) TO (20)"));
            assertThat(move.ask(Verb.SWITCH_BACK)).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
                assertThat(refused.problem().code()).isEqualTo("tables-not-followed");
                assertThat(refused.problem().hint()).contains("PARTITION OF");
            });

            pair.target("DROP TABLE p_2");
            await().atMost(Duration.ofSeconds(15))
                    .untilAsserted(() -> assertThat(move.live())
                            .extractingByKey("wayBackProblem")
                            .asString()
                            .contains("target-schema-changed", "column public.errors.more"));
            pair.target("ALTER TABLE errors DROP more");
            await().atMost(Duration.ofSeconds(15)).until(() -> !move.live().containsKey("wayBackProblem"));
            assertThat(move.ask(Verb.SWITCH_BACK)).isInstanceOf(Outcome.Done.class);
        }
    }

    @Test
    void aPartitionMadeOnTheTargetAndOnTheSourceDoesNotBarTheWayBackOnceItIsExcluded() {
        var spec = spec(300, 0);
        try (var move = LiveMove.of(pair, "postgres", spec).start().awaitPhase(Phase.READY)) {
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
            pair.target("CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (10) TO (20); INSERT INTO p VALUES (1), (12)");
            pair.source("CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (10) TO (20)");
        }
        var excluded = new MoveSpec.TableSelection(List.of(), List.of(TableName.of("public", "p_2")));
        try (var move = LiveMove.of(pair, "postgres", LiveMove.selecting(spec, excluded, Map.of()))
                .start()) {
            assertThat(move.ask(Verb.SWITCH_BACK)).isInstanceOf(Outcome.Done.class);
            assertThat(pair.atSource().number("SELECT count(*) FROM p")).isEqualTo(1);
            assertThat(pair.atSource().execute("INSERT INTO p VALUES (13)")).isEqualTo(1);
        }
    }
}
