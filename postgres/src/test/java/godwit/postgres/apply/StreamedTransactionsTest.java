package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.move.Lsn;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.postgres.capture.StreamProtocol;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Large transactions come while they are under way, are staged, and are written in one piece once they commit. */
@ExtendWith(Servers.class)
class StreamedTransactionsTest {
    private static final String TABLES = """
            CREATE TABLE t (id int PRIMARY KEY, n int UNIQUE, big text); ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
            CREATE TABLE k (v int, pad text); ALTER TABLE k REPLICA IDENTITY FULL""";
    private static final String ROWS =
            "INSERT INTO t SELECT i, i, CASE WHEN i % 50 = 0 THEN repeat(md5(i::text), 200) END FROM generate_series(1, 3000) i";

    private final Pair pair;

    StreamedTransactionsTest(Pair pair) {
        this.pair = pair;
    }

    /** The server sends a transaction in blocks as soon as it has more than this in memory. */
    @BeforeEach
    void blocksAreSmall() {
        pair.source("ALTER DATABASE " + pair.name() + " SET logical_decoding_work_mem = '64kB'");
        pair.both(TABLES);
    }

    private static String fill(int from, int to) {
        return "INSERT INTO t SELECT i, i FROM generate_series(%d, %d) i".formatted(from, to);
    }

    private void awaitStaged(int atLeast) {
        await().atMost(Duration.ofSeconds(20)).until(() -> staged() >= atLeast);
    }

    /** Temporary tables that hold what has not committed yet. */
    private long staged() {
        return pair.atTarget().number("SELECT count(*) FROM pg_class WHERE relname ~ '^godwit_added'");
    }

    private Session begun() {
        var session = Pair.application(pair.source());
        session.begin();
        return session;
    }

    @Test
    void aTransactionIsStagedBeforeItCommitsAndSeenWhenItHas() {
        try (var following = Following.of(pair);
                var large = begun()) {
            large.execute(fill(1, 5000));
            awaitStaged(1);
            pair.source("INSERT INTO k VALUES (1, 'other')");
            following.catchUp();
            assertThat(pair.targetRows("SELECT count(*) FROM t")).containsExactly("0");
            assertThat(pair.targetRows("SELECT v FROM k")).containsExactly("1");

            large.commit();
            following.catchUp();

            pair.assertSame();
            assertThat(staged()).isZero();
        }
    }

    @Test
    void transactionsWhoseBlocksAlternateArriveInTheOrderOfTheirCommits() {
        pair.source(ROWS);
        pair.target(ROWS);
        try (var following = Following.of(pair);
                var first = begun();
                var second = begun();
                var third = begun()) {
            for (var round = 0; round < 4; round++) {
                first.execute("UPDATE t SET n = -n WHERE id % 10 = 1; INSERT INTO k SELECT 1, 'p' FROM t LIMIT 400");
                second.execute(
                        "UPDATE t SET id = id + 10000 WHERE id % 10 = 0 AND id < 10000; UPDATE t SET n = -n WHERE id > 10000");
                third.execute("DELETE FROM t WHERE id %% 10 = 2 AND id > %d".formatted(2000 - round * 500));
                third.execute("INSERT INTO k SELECT 3, 'q' FROM generate_series(1, 500)");
            }
            awaitStaged(3);
            second.commit();
            first.commit();
            pair.source("UPDATE t SET n = n + 100000 WHERE id % 10 IN (0, 1)");
            third.rollback();
            following.catchUp();

            pair.assertSame();
            assertThat(following.missingRows()).isZero();
        }
    }

    @Test
    void whatIsTakenBackToASavepointIsForgotten() {
        pair.source(ROWS);
        pair.target(ROWS);
        try (var following = Following.of(pair);
                var large = begun()) {
            large.execute("INSERT INTO k SELECT i, 'kept' FROM generate_series(1, 1500) i; SAVEPOINT a");
            large.execute("UPDATE t SET id = -id; SAVEPOINT b; DELETE FROM k WHERE v > 10; TRUNCATE t");
            large.execute("INSERT INTO t SELECT i, i FROM generate_series(1, 2000) i");
            awaitStaged(2);
            large.execute(
                    "ROLLBACK TO a; UPDATE t SET n = -n WHERE id > 100; SAVEPOINT c; DELETE FROM t WHERE id > 2500");
            large.execute("RELEASE c; INSERT INTO k SELECT i, 'later' FROM generate_series(1, 1500) i");
            large.commit();
            following.catchUp();

            pair.assertSame();
        }
    }

    @Test
    void aTruncateInsideIsDoneInItsPlace() {
        pair.source(ROWS);
        pair.target(ROWS);
        try (var following = Following.of(pair)) {
            pair.source("BEGIN; UPDATE t SET n = -n; TRUNCATE t; " + fill(10, 4000)
                    + "; DELETE FROM t WHERE id < 20; COMMIT");
            following.catchUp();
            pair.assertSame();
        }
    }

    @Test
    void aTransactionThatIsCutInTheMiddleIsSentAgain() {
        pair.source(ROWS);
        pair.target(ROWS);
        try (var following = Following.of(pair);
                var large = begun()) {
            large.execute("UPDATE t SET n = -n; DELETE FROM t WHERE id > 2000");
            awaitStaged(1);
            pair.source("INSERT INTO k VALUES (1, 'between')");
            following.catchUp();
            following.reopen();
            large.execute("INSERT INTO t SELECT i, i FROM generate_series(5000, 9000) i");
            large.commit();
            following.catchUp();

            pair.assertSame();
        }
    }

    @Test
    void aKilledApplyingSessionDoublesNothing() {
        pair.source(ROWS);
        pair.target(ROWS);
        try (var following = Following.of(pair);
                var large = begun()) {
            large.execute("UPDATE t SET n = -n; INSERT INTO k SELECT i, 'p' FROM generate_series(1, 3000) i");
            awaitStaged(2);
            pair.target("SELECT pg_terminate_backend(" + following.applyingPid() + ")");
            large.commit();

            following.catchUpWhateverHappens();

            pair.assertSame();
        }
    }

    @Test
    void aShapeThatChangesInsideAndIsRolledBackDisturbsNobody() {
        try (var following = Following.of(pair);
                var large = begun()) {
            large.execute(fill(1, 2000));
            large.execute("ALTER TABLE t ADD extra int; INSERT INTO t SELECT i, i FROM generate_series(2001, 4000) i");
            awaitStaged(1);
            large.rollback();
            pair.source(fill(1, 10));
            following.catchUp();

            pair.assertSame();
        }
    }

    @Test
    void aShapeThatChangesInsideIsTold() {
        try (var following = Following.of(pair)) {
            pair.source("BEGIN; " + fill(1, 2000) + "; ALTER TABLE t ADD extra int; INSERT INTO t SELECT i, i FROM"
                    + " generate_series(2001, 4000) i; COMMIT");

            await().atMost(Duration.ofSeconds(20)).until(following::hasFailed);

            assertThat(following.control().failure()).hasMessageContaining("columns of public.t");
            assertThat(pair.targetRows("SELECT count(*) FROM t")).containsExactly("0");
        }
    }

    /** With nothing of a table staged, where its problem lies among the pieces does not tell whether it is taken back. */
    @Test
    void aShapeThatChangedBeforeASavepointIsToldAlthoughThatIsTakenBack() {
        pair.source(ROWS);
        pair.target(ROWS);
        try (var following = Following.of(pair);
                var large = begun()) {
            large.execute("ALTER TABLE t ADD extra int; UPDATE t SET n = -n");
            large.execute("SAVEPOINT a; INSERT INTO k SELECT i, 'p' FROM generate_series(1, 3000) i");
            awaitStaged(1);
            large.execute("ROLLBACK TO a; ALTER TABLE t DROP extra");
            large.commit();

            await().atMost(Duration.ofSeconds(20)).until(following::hasFailed);

            assertThat(following.control().failure()).hasMessageContaining("columns of public.t");
        }
    }

    @Test
    void aShapeThatChangedAfterASavepointAndIsTakenBackDisturbsNobody() {
        pair.source(ROWS);
        pair.target(ROWS);
        try (var following = Following.of(pair);
                var large = begun()) {
            large.execute("UPDATE t SET n = -n WHERE id < 2000");
            large.execute("SAVEPOINT a; ALTER TABLE t ADD extra int; UPDATE t SET extra = 1");
            large.execute("INSERT INTO k SELECT i, 'p' FROM generate_series(1, 3000) i");
            awaitStaged(2);
            large.execute("ROLLBACK TO a; UPDATE t SET n = -n WHERE id >= 2000");
            large.commit();
            following.catchUp();

            pair.assertSame();
        }
    }

    @Test
    void rowsWithoutAKeyComeAndGoAsOftenAsTheyDid() {
        var rows = "INSERT INTO k SELECT i % 7, 'p' FROM generate_series(1, 2000) i";
        pair.both(rows);
        try (var following = Following.of(pair)) {
            pair.source("BEGIN; DELETE FROM k WHERE v = 3; UPDATE k SET v = 9 WHERE v = 1; " + rows
                    + "; DELETE FROM k WHERE ctid IN (SELECT ctid FROM k WHERE v = 5 LIMIT 100); COMMIT");
            following.catchUp();
            pair.assertSame();
        }
    }

    @Test
    void moreSubtransactionsThanCanBeToldApartAreSentWhole() {
        try (var following = Following.of(pair);
                var large = begun()) {
            large.execute("""
                    DO $$ BEGIN FOR i IN 1..3000 LOOP
                      BEGIN INSERT INTO t VALUES (i, i); EXCEPTION WHEN unique_violation THEN NULL; END;
                    END LOOP; END $$""");
            large.execute("SAVEPOINT a; " + fill(5000, 7000));
            awaitStaged(1);
            large.execute("ROLLBACK TO a; " + fill(8000, 8010));
            large.commit();

            assertThatThrownBy(following::catchUp)
                    .isInstanceOfSatisfying(
                            GodwitException.class,
                            e -> assertThat(e.problem().code()).isEqualTo("subtransactions-mixed"));
            following.catchUpWhateverHappens();

            pair.assertSame();
            assertThat(following.protocol()).isEqualTo(StreamProtocol.WHOLE);
        }
    }

    @Test
    void anObjectThatOnlyItsOwnTransactionSeesIsNamedWhenThatHasEnded() {
        pair.both("CREATE TABLE named (id int PRIMARY KEY, what regclass)")
                .target("CREATE TABLE late (id int PRIMARY KEY)");
        try (var following = Following.of(pair);
                var large = begun()) {
            large.execute("CREATE TABLE public.late (id int PRIMARY KEY);"
                    + " INSERT INTO named SELECT i, 'public.late' FROM generate_series(1, 5000) i");

            await().until(following::hasFailed);
            assertThatThrownBy(following::catchUp)
                    .isInstanceOfSatisfying(
                            GodwitException.class,
                            e -> assertThat(e.problem().code()).isEqualTo("commit-not-visible"));
            large.commit();
            following.catchUpWhateverHappens();

            pair.assertSame();
        }
    }

    @Test
    void manySubtransactionsThatEndWellAreStagedToo() {
        try (var following = Following.of(pair)) {
            pair.source("""
                    DO $$ BEGIN FOR i IN 1..4000 LOOP
                      BEGIN INSERT INTO t VALUES (i % 3000, i % 3000); EXCEPTION WHEN unique_violation THEN NULL; END;
                    END LOOP; END $$""");
            following.catchUp();
            pair.assertSame();
            assertThat(following.protocol()).isEqualTo(StreamProtocol.STREAMED);
        }
    }

    @Test
    void aSideWithoutTheWritesStagesNothingAndCountsAForeignTransactionOnce() {
        try (var following = Following.of(pair)) {
            following.stop();
            following.openListening();
            pair.source("BEGIN; " + fill(1, 4000) + "; COMMIT");
            following.catchUp();

            assertThat(following.applier().state().foreign()).isOne();
            assertThat(pair.targetRows("SELECT count(*) FROM t")).containsExactly("0");
        }
    }

    @Test
    void whatIsAppliedInBlocksDoesNotComeBack() {
        pair.target("ALTER DATABASE " + pair.name() + " SET logical_decoding_work_mem = '64kB'");
        var run = UUID.randomUUID();
        try (var there = Following.prepare(pair.source(), pair.target(), new StreamProgress(run, "forward"))
                        .open();
                var back = Following.prepare(pair.target(), pair.source(), new StreamProgress(run, "backward"))
                        .open()) {
            pair.source("BEGIN; " + fill(1, 4000) + "; UPDATE t SET n = -n; COMMIT");
            there.catchUp();
            back.catchUp();

            pair.assertSame();
            assertThat(back.applier().state().transactions()).isZero();
        }
    }

    /** The server describes a table once: in what was passed over, if it came first there. */
    @Test
    void whatEchoesInBlocksDescribesTheTablesOfWhatComesNext() {
        pair.target("ALTER DATABASE " + pair.name() + " SET logical_decoding_work_mem = '64kB'");
        var run = UUID.randomUUID();
        try (var there = Following.prepare(pair.source(), pair.target(), new StreamProgress(run, "forward"))
                        .open();
                var back = Following.prepare(pair.target(), pair.source(), new StreamProgress(run, "backward"))
                        .open()) {
            pair.source("BEGIN; " + fill(1, 4000) + "; INSERT INTO k VALUES (1, 'p'); COMMIT");
            there.catchUp();
            back.catchUp();
            pair.target("UPDATE t SET n = -n WHERE id = 7");
            pair.target("INSERT INTO k VALUES (2, 'q')");
            back.catchUp();

            pair.assertSame();
            assertThat(back.applier().state().transactions()).isEqualTo(2);
        }
    }

    @Test
    void whatIsForeignInBlocksDescribesTheTablesOfWhatComesNext() {
        try (var following = Following.of(pair)) {
            following.stop();
            following.openListening();
            pair.source("BEGIN; " + fill(1, 4000) + "; COMMIT");
            following.catchUp();
            following.applier().applyFrom(Lsn.parse(pair.atSource().text("SELECT pg_current_wal_lsn()::text")));
            pair.source(fill(5001, 5002));
            following.catchUp();

            assertThat(pair.targetRows("SELECT id FROM t ORDER BY id")).containsExactly("5001", "5002");
        }
    }

    @Test
    void theFallBackSendsTransactionsWholeAndAppliesTheSame() {
        try (var following = Following.of(pair).reopenWhole()) {
            pair.source("BEGIN; " + fill(1, 4000) + "; SAVEPOINT a; DELETE FROM t; ROLLBACK TO a; COMMIT");
            following.catchUp();
            pair.assertSame();
        }
    }
}
