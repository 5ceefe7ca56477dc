package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.postgres.Beside;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Verification beside what others do on the same servers. */
@ExtendWith(Servers.class)
class ProofBesideOthersTest {
    private static final String SCHEMA = """
            CREATE TABLE scratch (); CREATE TABLE m (id int PRIMARY KEY, v int);
            INSERT INTO m SELECT i, i FROM generate_series(1, 1000) i""";

    private static final String TEMPORARY_SLOTS =
            "SELECT count(*) FROM pg_replication_slots WHERE temporary AND database = current_database()";

    /** A session that takes one plain snapshot after the other. */
    private static final String TRIES_SNAPSHOTS = """
            SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'godwit verify' AND state = 'idle'
            AND query = 'ROLLBACK' AND datname = current_database()""";

    private final Pair pair;
    private final Session elsewhere;
    private final LiveMove move;

    ProofBesideOthersTest(Pair pair) {
        this.pair = pair.source(SCHEMA);
        this.elsewhere = Pair.application(Pair.at(pair.sourceServer().url("postgres")));
        this.move = LiveMove.of(pair, "postgres");
    }

    @BeforeEach
    void start() {
        move.start().awaitPhase(Phase.READY);
    }

    @AfterEach
    void close() {
        move.close();
        elsewhere.close();
    }

    /** Somebody works in another database of the source's server, and goes on doing so. */
    private void openElsewhere() {
        elsewhere.begin();
        elsewhere.text("SELECT pg_current_xact_id()::text");
    }

    private void assertEqual(Outcome outcome) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Done.class,
                        done -> assertThat(done.result())
                                .containsEntry("differences", 0)
                                .containsEntry("rowsCompared", 1000));
    }

    @Test
    void noSlotKeepsTheLogWhileTheTablesAreRead() {
        var reading = "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'godwit verify'"
                + " AND datname = current_database() AND wait_event_type = 'Lock'";
        try (var blocker = Pair.application(pair.target())) {
            blocker.begin();
            blocker.execute("LOCK TABLE m IN ACCESS EXCLUSIVE MODE");
            var verified = Beside.supply(() -> move.ask(Verb.VERIFY));
            await().atMost(Duration.ofSeconds(20)).until(() -> pair.atTarget().is(reading));

            assertThat(pair.atSource().number(TEMPORARY_SLOTS)).isZero();
            assertThat(pair.atSource()
                            .number("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'godwit verify'"
                                    + " AND datname = current_database() AND backend_xmin IS NOT NULL"))
                    .as("the readers have the snapshot")
                    .isEqualTo(2);

            blocker.rollback();
            assertEqual(verified.join());
        }
    }

    @Test
    void aTransactionThatStaysOpenInAnotherDatabaseDoesNotKeepTheSidesFromBeingCompared() {
        openElsewhere();
        try (var writers = new Writers(pair)) {
            writers.awaitMore(50);

            assertEqual(move.ask(Verb.VERIFY));

            assertThat(pair.atSource().number(TEMPORARY_SLOTS))
                    .as("no slot is left half made")
                    .isZero();
            LiveMove.intrude(pair.atTarget(), "UPDATE m SET v = -1 WHERE id = 1000");
            assertThat(move.ask(Verb.VERIFY))
                    .isInstanceOfSatisfying(
                            Outcome.Different.class,
                            different -> assertThat(different.result()).containsEntry("differences", 1));
            writers.awaitMore(50);
        }
        elsewhere.rollback();
    }

    /** Such a commit is followed and applied, while a snapshot of the leader does not see it yet. */
    @Test
    void aCommitThatIsInTheLogAndNotVisibleIsNotTakenForADifference() {
        openElsewhere();
        pair.source("ALTER DATABASE " + pair.name() + " SET synchronous_commit = local");
        pair.source("SET synchronous_commit = local");
        try (var writer = Pair.application(pair.source())) {
            writer.execute("SET synchronous_commit = on");
            standbys("nobody");
            var hanging = Beside.run(() -> writer.execute("UPDATE m SET v = -5 WHERE id = 1"));
            await().until(() -> pair.atTarget().number("SELECT v FROM m WHERE id = 1") == -5);
            assertThat(pair.atSource().number("SELECT v FROM m WHERE id = 1")).isEqualTo(1);

            var verified = Beside.supply(() -> move.ask(Verb.VERIFY));
            await().atMost(Duration.ofSeconds(20)).until(() -> pair.atSource().is(TRIES_SNAPSHOTS));
            standbys("");

            hanging.join();
            assertEqual(verified.join());
        } finally {
            standbys("");
        }
        elsewhere.rollback();
    }

    private void standbys(String names) {
        pair.source("ALTER SYSTEM SET synchronous_standby_names = '" + names + "'");
        pair.source("SELECT pg_reload_conf()");
        await().until(() ->
                pair.atSource().text("SHOW synchronous_standby_names").equals(names));
    }

    @Test
    void aRepairThatFindsNoPositionNamesThoseWhoAreInItsWay() {
        openElsewhere();

        assertThat(move.ask(Verb.REPAIR)).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
            assertThat(refused.problem().code()).isEqualTo("no-position");
            assertThat(refused.problem().pids()).containsExactly(elsewhere.pid());
        });
        assertThat(pair.atSource().number(TEMPORARY_SLOTS)).isZero();
        elsewhere.rollback();
    }

    @Test
    void aSwitchDoesNotNeedTheOthersToEndEither() {
        openElsewhere();

        assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);

        elsewhere.rollback();
    }

    /** Two sessions that change the same row without a pause. */
    private static final class Writers implements AutoCloseable {
        private final AtomicLong committed = new AtomicLong();
        private final List<CompletableFuture<Void>> all;
        private volatile boolean stopped;

        Writers(Pair pair) {
            all = List.of(Beside.run(() -> write(pair)), Beside.run(() -> write(pair)));
        }

        private void write(Pair pair) {
            try (var session = Pair.application(pair.source())) {
                while (!stopped) {
                    session.execute("UPDATE m SET v = v + 1 WHERE id = 1");
                    committed.incrementAndGet();
                }
            }
        }

        void awaitMore(int transactions) {
            var wanted = committed.get() + transactions;
            await().atMost(Duration.ofSeconds(20)).until(() -> committed.get() >= wanted);
        }

        @Override
        public void close() {
            stopped = true;
            all.forEach(CompletableFuture::join);
        }
    }
}
