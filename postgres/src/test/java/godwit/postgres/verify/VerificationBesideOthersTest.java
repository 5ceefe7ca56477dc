package godwit.postgres.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.verify.OtherDifference;
import godwit.verify.Verification;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TwoServers.class)
class VerificationBesideOthersTest {
    private static final VerifyLimits LIMITS = new VerifyLimits(1, 10, 400_000);
    private static final String WAITING = """
            SELECT coalesce(min(l.pid), 0) FROM pg_locks l
            WHERE NOT l.granted AND l.relation = 'public.t'::regclass AND l.mode = 'AccessShareLock'""";

    @Test
    void theLockOnATableIsHeldForOnePieceOnly(TwoDatabases databases) throws SQLException {
        databases.both("CREATE TABLE t (id int PRIMARY KEY)");
        try (var snapshot = databases.leaderSnapshot();
                var session = ReadSession.owning(snapshot.open())) {
            var locks = "SELECT count(*) FROM pg_locks WHERE relation = 'public.t'::regclass AND pid = "
                    + snapshot.pids().getFirst();

            var during = session.read(
                    connection -> {
                        try (var statement = connection.createStatement()) {
                            statement.execute("SELECT FROM public.t");
                        }
                        return databases.leader().number(locks);
                    },
                    () -> false);

            assertThat(during).isEqualTo(1);
            assertThat(databases.leader().number(locks)).isZero();
        }
    }

    @Test
    void aSnapshotOutlivesThePiecesThatWereReadInIt(TwoDatabases databases) throws SQLException {
        databases.both("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
        try (var here = databases.leaderSnapshot();
                var there = databases.followerSnapshot()) {
            databases.leader().execute("INSERT INTO public.t SELECT generate_series(2, 100)");

            var found = new Comparer(here, there, LIMITS).compare(UUID.randomUUID(), "test", "0/0", databases.tables());

            assertThat(found.isEqual()).isTrue();
            assertThat(found.rowsCompared()).isEqualTo(1);
        }
    }

    @Test
    void aReadThatSomebodyCancelledToLetOthersPassIsRepeated(TwoDatabases databases) throws SQLException {
        databases.both("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 10)");
        var tables = databases.tables();
        try (var here = databases.leaderSnapshot();
                var there = databases.followerSnapshot()) {
            var comparer = new Comparer(here, there, LIMITS);
            databases.leader().begin();
            databases.leader().execute("LOCK TABLE public.t");
            var found = CompletableFuture.supplyAsync(() -> comparer.compare(UUID.randomUUID(), "test", "0/0", tables));
            var pid = await().until(() -> databases.leader().number(WAITING), waiting -> waiting > 0);

            databases.leader().execute("SELECT pg_cancel_backend(?::int)", pid);
            databases.leader().commit();

            assertThat(found.join().isEqual()).isTrue();
        }
    }

    @Test
    void aVerificationCanBeCancelledWhileItWaits(TwoDatabases databases) throws SQLException {
        databases.both("CREATE TABLE t (id int PRIMARY KEY)");
        var tables = databases.tables();
        try (var here = databases.leaderSnapshot();
                var there = databases.followerSnapshot()) {
            var comparer = new Comparer(here, there, LIMITS);
            databases.leader().begin();
            databases.leader().execute("LOCK TABLE public.t");
            CompletableFuture<Verification> found =
                    CompletableFuture.supplyAsync(() -> comparer.compare(UUID.randomUUID(), "test", "0/0", tables));
            await().until(() -> databases.leader().number(WAITING) > 0);

            comparer.cancel();

            assertThatThrownBy(found::join)
                    .hasCauseInstanceOf(GodwitException.class)
                    .cause()
                    .satisfies(cause -> assertThat(
                                    ((GodwitException) cause).problem().code())
                            .isEqualTo("verification-cancelled"));
            databases.leader().rollback();
        }
    }

    @Test
    void aTableThatWasRewrittenAfterTheSnapshotIsNotTakenForEmpty(TwoDatabases databases) throws SQLException {
        databases.both("CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t SELECT generate_series(1, 10)");
        var tables = databases.tables();
        for (var rewrite : List.of("TRUNCATE public.t", "ALTER TABLE public.t ALTER a TYPE bigint")) {
            try (var here = databases.leaderSnapshot();
                    var there = databases.followerSnapshot()) {
                databases.leader().execute(rewrite);
                var comparer = new Comparer(here, there, LIMITS);

                var found = comparer.compare(UUID.randomUUID(), "test", "0/0", tables);

                assertThat(found.rewritten()).containsExactly("public.t");
                assertThat(found.others()).extracting(OtherDifference::kind).containsExactly("table-rewritten");
                assertThat(found.isEqual()).isFalse();
            }
        }
    }

    @Test
    void serversThatKeepTextsInOtherBytesAreComparedByAnotherHash(TwoDatabases databases) throws SQLException {
        try (var others = databases.withFollowerInLatin1()) {
            others.both("CREATE TABLE t (id text PRIMARY KEY, a text); INSERT INTO t VALUES ('ü', 'é'), ('2', 'ö')");
            assertThat(others.compare().isEqual()).isTrue();

            others.corrupt("UPDATE t SET a = 'e' WHERE id = 'ü'");
            var found = others.compare();

            assertThat(found.tables().getFirst().rows().getFirst().key()).isEqualTo("{\"id\": \"ü\"}");
            assertThat(others.repair(found)).isEqualTo(1);
            assertThat(others.compare().isEqual()).isTrue();
        }
    }
}
