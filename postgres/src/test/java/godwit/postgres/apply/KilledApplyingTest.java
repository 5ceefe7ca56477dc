package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.embedded.EmbeddedPostgres;
import godwit.embedded.EmbeddedSettings;
import godwit.postgres.Beside;
import godwit.postgres.Exemption;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rows and position are one transaction, so that applying goes on exactly where it was, however it ended. */
@ExtendWith(Servers.class)
class KilledApplyingTest {
    private static final int KILLS = 50;
    private static final String TABLES = """
            CREATE TABLE t (id int PRIMARY KEY, v int, big text); ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
            CREATE TABLE k (v int); ALTER TABLE k REPLICA IDENTITY FULL;
            INSERT INTO t SELECT i, 0, repeat(i::text, 3000) FROM generate_series(1, 100) i""";

    private final Pair pair;

    KilledApplyingTest(Pair pair) {
        this.pair = pair;
    }

    @Test
    @Tag("full")
    void nothingIsLostOrDoubledWhenTheApplyingSessionIsKilledAtRandomMoments() {
        var seed = System.nanoTime();
        var random = new Random(seed);
        pair.both(TABLES);
        var stop = new AtomicBoolean();
        try (var following = Following.of(pair)) {
            var load = Beside.run(() -> write(stop, new Random(seed)));
            for (var kill = 0; kill < KILLS; kill++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(60)));
                pair.target("SELECT pg_terminate_backend(" + following.applyingPid() + ")");
                await().atMost(Duration.ofSeconds(30)).until(following::hasFailed);
                following.reopen();
            }
            stop.set(true);
            load.join();
            following.catchUpWhateverHappens();

            assertThat(Pair.rows(pair.target())).as("seed " + seed).isEqualTo(Pair.rows(pair.source()));
        }
    }

    private void write(AtomicBoolean stop, Random random) {
        try (var session = Pair.application(pair.source())) {
            while (!stop.get()) {
                var id = random.nextInt(100) + 1;
                session.execute("""
                        BEGIN; INSERT INTO k VALUES (%1$d % 10), (%1$d % 10); UPDATE t SET v = v + 1 WHERE id = %1$d;
                        DELETE FROM k WHERE ctid = (SELECT min(ctid) FROM k); UPDATE t SET id = -id WHERE id = %1$d;
                        UPDATE t SET id = -id WHERE id < 0; COMMIT""".replace("%1$d", String.valueOf(id)));
            }
        }
    }

    @Test
    void aStreamThatIsEndedAndBegunManyTimesAppliesEachTransactionOnce() {
        pair.both(TABLES);
        var stop = new AtomicBoolean();
        try (var following = Following.of(pair)) {
            var load = Beside.run(() -> write(stop, new Random(1)));
            for (var round = 0; round < 15; round++) {
                following.reopen();
            }
            stop.set(true);
            load.join();
            following.catchUp();

            pair.assertSame();
        }
    }

    @Test
    void nobodyAppliesWhileTheCommitOfAKilledWorkerIsStillUnderWay() {
        pair.both("CREATE TABLE k (v int); ALTER TABLE k REPLICA IDENTITY FULL");
        try (var following = Following.of(pair)) {
            standbys("nobody");
            var pid = following.applyingPid();
            pair.source("INSERT INTO k VALUES (1), (1)");
            await().until(() ->
                    pair.atTarget().is("SELECT wait_event = 'SyncRep' FROM pg_stat_activity WHERE pid = ?", pid));
            following.stop();

            var claimed = new StreamProgress(UUID.randomUUID(), "other");
            try (var another = pair.target().openApplying("apply", new Exemption("test"))) {
                another.execute("SET lock_timeout = '500ms'");
                assertThat(claimed.claim(another)).isEmpty();
                assertThatThrownBy(() -> following.claim(another)).isInstanceOf(GodwitException.class);
            }
            standbys("");
            following.open().catchUp();

            pair.assertSame();
        } finally {
            standbys("");
        }
    }

    private void standbys(String names) {
        pair.target("ALTER SYSTEM SET synchronous_standby_names = '" + names + "'");
        pair.target("SELECT pg_reload_conf()");
        await().until(() ->
                pair.atTarget().text("SHOW synchronous_standby_names").equals(names));
    }

    @Test
    void aCrashOfAServerThatCommitsLazilyLosesNothingThatWasConfirmed() {
        var lazy = EmbeddedSettings.of(17)
                .withoutFsync()
                .with("synchronous_commit", "off")
                .with("wal_writer_delay", "10s");
        try (var server = EmbeddedPostgres.start(lazy);
                var crashing = new Pair(pair.sourceServer(), server)) {
            crashing.both(TABLES);
            crashing.target("CHECKPOINT");
            try (var following = Following.of(crashing)) {
                crashing.source("INSERT INTO t SELECT i, 1, 'x' FROM generate_series(1000, 1100) i");
                following.catchUp();
                confirmed(crashing, following);
                server.stopImmediately();
                server.restart();

                following.stop();
                following.open().catchUp();

                assertThat(Pair.rows(crashing.target())).isEqualTo(Pair.rows(crashing.source()));
            }
        }
    }

    /** Waits until the source's slot has been told that everything is safe. */
    private static void confirmed(Pair pair, Following following) {
        var written = pair.atSource().text("SELECT pg_current_wal_lsn()::text");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> pair.atSource()
                        .is(
                                "SELECT confirmed_flush_lsn >= ?::pg_lsn FROM pg_replication_slots WHERE slot_name = ?",
                                written,
                                following.slot()));
    }
}
