package godwit.postgres.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.postgres.Beside;
import godwit.postgres.Endpoint;
import godwit.postgres.FaultProxy;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Servers.class)
class FenceTest {
    private final GatedPair gated;
    private final Gate gate;

    FenceTest(Pair pair) {
        this.gated = new GatedPair(pair, 1);
        this.gate = gated.gate();
    }

    @AfterEach
    void close() {
        gated.close();
    }

    private static void assertRefused(String state, ThrowingCallable write) {
        assertThatThrownBy(write).isInstanceOf(GodwitException.class).hasMessageContaining(state);
    }

    @Test
    void writersWaitAndGoOnWhenItIsLifted() {
        var fence = gated.fence();
        var writer = gated.application();
        fence.raise(1000, 30);
        var written = GatedPair.begin(writer, "INSERT INTO t VALUES (10, 1)");
        gated.awaitWaiting(writer);

        fence.lift();

        assertThat(written.join()).isEqualTo(1);
    }

    @Test
    void writersThatWaitedTooLongAreToldToTryAgain() {
        gated.fence().raise(1000, 30);

        assertRefused("40001", () -> gated.application().execute("UPDATE t SET v = 1"));
    }

    @Test
    void writersThatWaitedAreRefusedOnceTheWritesHaveMoved() {
        var fence = gated.fence();
        var writer = gated.application();
        fence.raise(1000, 30);
        var written = GatedPair.begin(writer, "INSERT INTO t VALUES (10, 1)");
        gated.awaitWaiting(writer);

        fence.decide(3);

        assertThatThrownBy(written::join).hasMessageContaining("25006");
    }

    @Test
    void readersNoticeNothing() {
        gated.fence().raise(1000, 30);
        var reader = gated.application();
        reader.execute("SET statement_timeout = '1s'");

        assertThat(reader.number("SELECT count(*) FROM t")).isEqualTo(5);
        assertThat(reader.number("SELECT count(*) FROM p1")).isZero();
    }

    @Test
    void itWaitsForTheWritersThatHadBegun() {
        var writer = gated.application();
        writer.begin();
        writer.execute("UPDATE t SET v = 1 WHERE id = 1");
        var fence = gated.fence();
        var raised = Beside.run(() -> fence.raise(20_000, 30));
        await().until(() -> gated.pair()
                .atSource()
                .is("SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"));

        writer.execute("INSERT INTO other VALUES (1)");
        writer.commit();

        raised.join();
        assertThat(gated.application().number("SELECT count(*) FROM other")).isEqualTo(1);
        fence.lift();
    }

    @Test
    void itIsNotRaisedWhenAWriterDoesNotEndInTimeWhoIsNamed() {
        var writer = gated.application();
        writer.execute("SET application_name = 'nightly import'");
        writer.begin();
        writer.execute("UPDATE t SET v = 1 WHERE id = 1");

        assertThatThrownBy(() -> gated.fence().raise(300, 30)).isInstanceOfSatisfying(GodwitException.class, e -> {
            assertThat(e.problem().code()).isEqualTo("writers-not-drained");
            assertThat(e.problem().pids()).containsExactly(writer.pid());
            assertThat(e.problem().message()).contains(writer.pid() + " (nightly import)");
        });

        writer.rollback();
        assertThat(gated.application().execute("UPDATE t SET v = 2")).isEqualTo(5);
    }

    @Test
    void aPreparedTransactionThatWroteIsAWriterUntilItIsCommitted() {
        var writer = gated.application();
        var name = gated.pair().name();
        writer.execute("BEGIN");
        writer.execute("INSERT INTO t VALUES (20, 1)");
        writer.execute("PREPARE TRANSACTION '" + name + "'");
        assertThatThrownBy(() -> gated.fence().raise(300, 30)).hasMessageContaining("did not end");

        writer.execute("COMMIT PREPARED '" + name + "'");
        var fence = gated.fence();
        fence.raise(1000, 30);

        assertThat(fence.look("SELECT id::text FROM public.t WHERE id = 20")).containsExactly("20");
    }

    @Test
    void aSnapshotFromBeforeDoesNotHideThatTheWritesHaveMoved() {
        var old = gated.application();
        old.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
        old.number("SELECT count(*) FROM t");
        var fence = gated.fence();
        fence.raise(1000, 30);
        fence.decide(3);

        assertRefused("25006", () -> old.execute("INSERT INTO t VALUES (30, 1)"));
    }

    @Test
    void whoeverWritesPassesTheGateOrWaits() {
        gated.fence().raise(1000, 30);

        assertRefused("40001", () -> gated.application().execute("INSERT INTO p1 VALUES (1)"));
        assertRefused("40001", () -> gated.application().execute("INSERT INTO p VALUES (1)"));
        assertRefused("40001", () -> gated.application().execute("TRUNCATE other"));
        assertRefused(
                "40001",
                () -> gated.application()
                        .execute("WITH w AS (INSERT INTO other VALUES (1) RETURNING id) SELECT * FROM w"));
        assertRefused(
                "40001",
                () -> gated.application()
                        .execute("SET session_replication_role = replica; INSERT INTO t VALUES (31, 1)"));
    }

    @Test
    void theRunsOwnSessionsPass() {
        gated.fence().raise(1000, 30);

        assertThat(gated.exempt().execute("INSERT INTO public.t VALUES (40, 1)"))
                .isEqualTo(1);
    }

    @Test
    void oneThatNobodyRenewsEndsByItself() {
        var fence = gated.fence();
        fence.raise(1000, 1);

        assertThat(gated.application().execute("UPDATE t SET v = 3")).isEqualTo(5);
        assertThatThrownBy(() -> fence.decide(3)).isInstanceOf(GodwitException.class);
        assertThat(gate.epoch(gated.application())).hasValue(2);
    }

    @Test
    void oneWhoseConnectionIsHalfOpenEndsByItself() {
        var server = gated.pair().sourceServer();
        try (var proxy = new FaultProxy(server.port())) {
            var through = new godwit.postgres.Database(
                    () -> new Endpoint("127.0.0.1", proxy.port(), gated.pair().name(), "postgres", "", Map.of()));
            var fence = new Fence(through.open("fence"), gate);
            fence.raise(1000, 1);
            proxy.stall();

            assertThat(gated.application().execute("UPDATE t SET v = 4")).isEqualTo(5);
            assertThat(gate.epoch(gated.application())).hasValue(2);
            through.abortAll();
        }
    }

    @Test
    void oneWhoseSessionDiesEndsAtOnce() {
        var session = gated.pair().source().open("fence");
        new Fence(session, gate).raise(1000, 60);

        gated.pair().source("SELECT pg_terminate_backend(" + session.pid() + ")");

        assertThat(gated.application().execute("UPDATE t SET v = 5")).isEqualTo(5);
    }

    @Test
    void aDecisionStandsEvenWhenItsTransactionAbortsBecauseTheEpochIsNoRow() throws SQLException {
        var session = gated.pair().source().open("fence");
        new Fence(session, gate).raise(1000, 60);
        gate.setEpochInside(session, 3);

        gated.pair().source("SELECT pg_terminate_backend(" + session.pid() + ")");

        assertRefused("25006", () -> gated.application().execute("UPDATE t SET v = 6"));
    }

    @Test
    void nobodyGetsThroughBetweenTwoFences() {
        var first = gated.fence();
        var second = gated.fence();
        var writer = gated.application();
        first.raise(1000, 30);
        var written = GatedPair.begin(writer, "INSERT INTO t VALUES (50, 1)");
        gated.awaitWaiting(writer);

        first.lift();
        second.raise(900, 30);

        await().atMost(Duration.ofSeconds(5)).until(written::isDone);
        assertThat(second.look("SELECT id::text FROM public.t WHERE id = 50"))
                .hasSize(written.isCompletedExceptionally() ? 0 : 1);
    }
}
