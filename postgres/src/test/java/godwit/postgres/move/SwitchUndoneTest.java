package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Beside;
import godwit.postgres.Database;
import godwit.postgres.Endpoint;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.run.Phase;
import godwit.run.Stopping;
import godwit.traffic.Cutover;
import godwit.traffic.Writes;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What is noticed in the last moment undoes the switch, and the source's writers go on; once it is decided, the target's
 * do, whatever becomes of the source.
 */
@ExtendWith(Servers.class)
class SwitchUndoneTest {
    private final Pair pair;
    private final LiveMove move;
    private final PostgresMove steps;

    SwitchUndoneTest(Pair pair) {
        this.pair = pair.source(
                "CREATE SEQUENCE s CACHE 100; CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE keyless (v text);"
                        + " ALTER TABLE keyless REPLICA IDENTITY FULL;"
                        + " INSERT INTO t SELECT i, 'a' FROM generate_series(1, 100) i");
        this.move = LiveMove.of(pair, "postgres", Specs.spec(pair.name(), 1))
                .start()
                .awaitPhase(Phase.READY);
        move.stop();
        this.steps = move.access().steps(move.run());
        steps.follow();
        assertThat(steps.verify(UUID.randomUUID(), "before switch", Stopping.never())
                        .isEqual())
                .isTrue();
    }

    @AfterEach
    void close() {
        steps.close();
        move.close();
    }

    private Cutover cutover() {
        return new Cutover(steps.cutover(), System::nanoTime, () -> {});
    }

    private void assertUndone(Cutover cutover, String code, String object) {
        assertThatThrownBy(() -> cutover.run(Side.SOURCE, steps.journal()))
                .isInstanceOfSatisfying(GodwitException.class, e -> {
                    assertThat(e.problem().code()).isEqualTo(code);
                    assertThat(e.problem().objects()).contains(object);
                });
        assertThat(pair.atSource().execute("UPDATE t SET v = 'on'")).isEqualTo(100);
        assertThatThrownBy(() -> pair.target("UPDATE t SET v = 'on'")).hasMessageContaining("25006");
    }

    private void awaitOnTarget(String condition) {
        await().until(() -> pair.atTarget().is("SELECT count(*) > 0 FROM t WHERE " + condition));
    }

    @Test
    void aRowThatIsWrongSinceTheVerification() {
        pair.source("UPDATE t SET v = 'b' WHERE id IN (5, 6)");
        awaitOnTarget("v = 'b'");
        move.misapply(pair.atTarget(), "UPDATE t SET v = 'c' WHERE id = 5");

        assertUndone(cutover(), "differences-open", "public.t 5");
    }

    @Test
    void aRowThatIsMissingSinceTheVerification() {
        pair.source("INSERT INTO t VALUES (-1, 'b'); UPDATE t SET id = 0 WHERE id = -1");
        awaitOnTarget("id = 0");
        move.misapply(pair.atTarget(), "DELETE FROM t WHERE id = 0");

        assertThatThrownBy(() -> cutover().run(Side.SOURCE, steps.journal())).hasMessageContaining("1 rows");
    }

    @Test
    void aSequenceThatTheGainingSideHasNoMore() {
        var interposed =
                new Interposed(steps.cutover()).after("advanceSequences", () -> pair.target("DROP SEQUENCE s"));

        assertUndone(new Cutover(interposed, System::nanoTime, () -> {}), "sequences-behind", "public.s");
    }

    /** What a session of the side that loses the writes has taken before the decision may be used afterwards. */
    @Test
    void valuesThatSessionsKeepAreNotGivenAgain() {
        var interposed = new Interposed(steps.cutover()).after("compareUnderFence", () -> {
            try (var other = Pair.application(pair.source())) {
                other.number("SELECT nextval('s')");
            }
        });
        var given = pair.atSource().number("SELECT nextval('s')");

        new Cutover(interposed, System::nanoTime, () -> {}).run(Side.SOURCE, steps.journal());

        assertThat(given).isOne();
        assertThat(pair.atTarget().number("SELECT nextval('s')"))
                .isGreaterThan(pair.atSource().number("SELECT last_value FROM s"));
    }

    @Test
    void aTruncateThatWaitsWithItsLockDoesNotAndItsRowsAreCounted() {
        var interposed = new Interposed(steps.cutover())
                .after("advanceSequences", () -> pair.source("UPDATE t SET v = 'b' WHERE id = 1"))
                .after("fence", this::truncateBeside);

        var pauseMillis = new Cutover(interposed, System::nanoTime, () -> {}).run(Side.SOURCE, steps.journal());

        assertThat(pauseMillis).isLessThan(3000);
        assertThat(steps.cutover().account()).containsEntry("unchecked", 1L);
    }

    private void truncateBeside() {
        var truncating = Beside.run(() -> {
            try (var application = Pair.application(pair.source())) {
                application.execute("TRUNCATE t");
            }
        });
        await().until(() -> pair.atSource()
                .is("SELECT count(*) > 0 FROM pg_locks WHERE relation = 't'::regclass AND granted"
                        + " AND mode = 'AccessExclusiveLock'"));
        assertThat(truncating).isNotDone();
    }

    @Test
    void aFenceThatEndedWhileTheSidesWereCompared() {
        var interposed = new Interposed(steps.cutover())
                .after(
                        "catchUp",
                        () -> pair.source("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                                        + " application_name = 'godwit fence' AND datname = current_database()")
                                .source("UPDATE t SET v = 'came in' WHERE id = 5"));

        assertThatThrownBy(() -> new Cutover(interposed, System::nanoTime, () -> {}).run(Side.SOURCE, steps.journal()))
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        e -> assertThat(e.problem().code()).isEqualTo("fence-ended"));
    }

    @Test
    void theTargetIsOpenedAlthoughTheSourceIsGoneSinceTheDecision() {
        var database = '"' + pair.name() + '"';
        var beside = new Endpoint("127.0.0.1", pair.sourceServer().port(), "postgres", "postgres", "", Map.of());
        try (var server = new Database(() -> beside).open("test")) {
            var interposed = new Interposed(steps.cutover()).after("decide", () -> {
                server.execute("ALTER DATABASE " + database + " ALLOW_CONNECTIONS false");
                server.query(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?"
                                + " AND application_name LIKE 'godwit%'",
                        row -> row.getBoolean(1), pair.name());
            });
            new Cutover(interposed, System::nanoTime, () -> {}).run(Side.SOURCE, steps.journal());

            pair.target("UPDATE t SET v = 'opened' WHERE id = 1");
            server.execute("ALTER DATABASE " + database + " ALLOW_CONNECTIONS true");
        }
    }

    @Test
    void aForeignWriterOnTheSideWithoutTheWrites() {
        LiveMove.intrude(pair.atTarget(), "UPDATE t SET v = 'foreign' WHERE id = 70");

        assertThatThrownBy(() -> cutover().run(Side.SOURCE, steps.journal()))
                .isInstanceOfSatisfying(GodwitException.class, e -> {
                    assertThat(e.problem().code()).isEqualTo("foreign-writers");
                    assertThat(e.problem().pids()).contains(pair.atTarget().pid());
                });
        assertThatThrownBy(() ->
                        new Cutover(steps.rehearsal(), System::nanoTime, () -> {}).run(Side.SOURCE, steps.journal()))
                .as("a dry run says so too")
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        e -> assertThat(e.problem().code()).isEqualTo("foreign-writers"));
        assertThat(steps.remarks()).containsEntry("foreignTransactions", 1L);
        assertThat(steps.verify(UUID.randomUUID(), "on request", Stopping.never())
                        .differences())
                .isEqualTo(1);
    }

    @Test
    void rowsThatAreRightDoNotAndAreCounted() {
        pair.source(
                "UPDATE t SET v = 'b' WHERE id < 50; DELETE FROM t WHERE id > 90; INSERT INTO keyless VALUES ('x')");
        awaitOnTarget("v = 'b'");

        cutover().run(Side.SOURCE, steps.journal());

        assertThat(steps.cutover().account())
                .containsEntry("unchecked", 1L)
                .extractingByKey("beforeFence")
                .isEqualTo(59L);
    }

    @Test
    void aChangeOfTheSchemaUnderTheFence() {
        var interposed = new Interposed(steps.cutover()).after("fence", () -> pair.source("ALTER TABLE t ADD w int"));

        assertUndone(new Cutover(interposed, System::nanoTime, () -> {}), "source-schema-changed", "column public.t.w");
    }

    @Test
    void aNewTableUnderTheFence() {
        var interposed =
                new Interposed(steps.cutover()).after("fence", () -> pair.source("CREATE TABLE late (id int)"));

        assertUndone(new Cutover(interposed, System::nanoTime, () -> {}), "tables-not-followed", "public.late");
    }

    @Test
    void aSequenceThatIsMadeUnderTheFence() {
        var interposed = new Interposed(steps.cutover())
                .after("fence", () -> pair.source("CREATE SEQUENCE late; SELECT nextval('late')"));

        assertThatThrownBy(() -> new Cutover(interposed, System::nanoTime, () -> {}).run(Side.SOURCE, steps.journal()))
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        e -> assertThat(e.problem().code()).isEqualTo("source-schema-changed"));
        assertThat(pair.atSource().execute("UPDATE t SET v = 'on'")).isEqualTo(100);
    }

    @Test
    void aGateThatIsGoneIsUnknownAndNobodyActs() {
        pair.source("DROP SCHEMA godwit CASCADE");

        assertThat(steps.journal().writes()).isEqualTo(Writes.UNKNOWN);
        assertThatThrownBy(steps::follow).isInstanceOfSatisfying(GodwitException.class, e -> {
            assertThat(e.problem().code()).isEqualTo("gate-missing");
            assertThat(e.problem().message()).contains("source");
        });
    }

    @Test
    void aStreamThatSomebodyHoldsUpIsRefusedBeforeAnybodyWaits() {
        try (var blocker = Pair.application(pair.target())) {
            blocker.begin();
            blocker.execute("LOCK TABLE t IN SHARE MODE");
            var interposed = new Interposed(steps.cutover())
                    .after("rehearseRoute", () -> pair.source("UPDATE t SET v = 'waits' WHERE id = 3"));

            assertThatThrownBy(
                            () -> new Cutover(interposed, System::nanoTime, () -> {}).run(Side.SOURCE, steps.journal()))
                    .isInstanceOfSatisfying(GodwitException.class, e -> {
                        assertThat(e.problem().code()).isEqualTo("does-not-fit");
                        assertThat(e.problem().pids()).containsExactly(blocker.pid());
                    });
            blocker.rollback();
        }
        assertThat(pair.atSource().execute("UPDATE t SET v = 'on'")).isEqualTo(100);
    }

    /** Who writes takes one half of the time, who compares the other. */
    @Test
    void aDrainAndACatchUpThatTakeTooLongTogether() {
        var interposed = new Interposed(steps.cutover())
                .after("fence", () -> await().pollDelay(Duration.ofMillis(3100)).until(() -> true));

        assertThatThrownBy(() -> new Cutover(interposed, System::nanoTime, () -> {}).run(Side.SOURCE, steps.journal()))
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        e -> assertThat(e.problem().code()).isEqualTo("pause-too-long"));
        assertThat(pair.atSource().execute("UPDATE t SET v = 'on'")).isEqualTo(100);
    }
}
