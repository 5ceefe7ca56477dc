package godwit.postgres.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.Retry;
import godwit.postgres.Beside;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.apply.Following;
import godwit.postgres.apply.StreamProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a copy under one snapshot and a stream from an earlier position make together is the source, row by row. */
@ExtendWith(Servers.class)
class JoinOfCopyAndStreamTest {
    private static final String TABLES = """
            CREATE TABLE t (id int PRIMARY KEY, n int UNIQUE, v int, big text) WITH (fillfactor = 100);
            ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
            CREATE TABLE k (v int, pad text); ALTER TABLE k REPLICA IDENTITY FULL""";
    private static final String ROWS = """
            INSERT INTO t SELECT i, i, 0, CASE WHEN i % 20 = 0 THEN repeat(md5(i::text), 100) ELSE repeat('x', 200) END
              FROM generate_series(1, 2000) i;
            INSERT INTO k SELECT i % 50, repeat('p', 100) FROM generate_series(1, 1500) i""";

    private static final String EMPTYING = """
            SELECT count(*) > 0 FROM pg_locks WHERE relation = 't'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted""";

    private final Pair pair;

    JoinOfCopyAndStreamTest(Pair pair) {
        this.pair = pair;
    }

    private Following prepared() {
        pair.both(TABLES).source(ROWS);
        return Following.prepare(pair.source(), pair.target(), new StreamProgress(UUID.randomUUID(), "forward"));
    }

    /** Runs changes after the first chunk was read, and compares once the stream has caught up. */
    private void joins(String... afterFirstChunk) {
        try (var following = prepared()) {
            var copy = PausedCopy.of(pair);
            var snapshots = copy.copyWith(() -> List.of(afterFirstChunk).forEach(pair::source));
            assertThat(copy.chunks()).isGreaterThan(10);
            following.withCopies(snapshots).open().catchUp();
            pair.assertSame();
        }
    }

    @Test
    void numbersOfObjectsAreTranslatedWhereverAPieceOfTheCopyEnds() {
        pair.target("CREATE TABLE other_numbers (id int)")
                .both("CREATE TABLE numbered (id int PRIMARY KEY, several regclass[], named regclass, b bytea)")
                .target("DROP TABLE other_numbers")
                .source(
                        "INSERT INTO numbered SELECT i, array_fill('numbered'::regclass, ARRAY[60]), 'pg_class', '\\x00' "
                                + "FROM generate_series(1, 3000) i; INSERT INTO numbered VALUES (0, NULL, 0, NULL)");

        PausedCopy.of(pair).copy(2).join();

        pair.assertSame();
    }

    @Test
    void rowsThatMoveFromUnreadPagesToReadOnesAreNotLost() {
        joins("DELETE FROM t WHERE id <= 60", "VACUUM t", "UPDATE t SET v = 1, n = -n WHERE id > 1900");
    }

    @Test
    void rowsThatMoveFromReadPagesToUnreadOnesAreNotDoubled() {
        joins("UPDATE t SET v = 1, n = -n WHERE id <= 100", "UPDATE k SET v = v + 1");
    }

    @Test
    void aDeletedKeyThatAnotherRowTakesKeepsThatRowsToastedValue() {
        try (var following = prepared()) {
            pair.source("DELETE FROM t WHERE id = 20; UPDATE t SET id = 20 WHERE id = 40");
            var snapshots = PausedCopy.of(pair)
                    .copyWith(() -> pair.source("DELETE FROM t WHERE id = 60; UPDATE t SET id = 60 WHERE id = 80"));
            following.withCopies(snapshots).open().catchUp();
            pair.assertSame();
        }
    }

    @Test
    void threeStepSwapsBeforeAndAfterTheSnapshotKeepToastedValues() {
        var swap = """
                BEGIN; UPDATE t SET id = -1 WHERE id = %1$d; UPDATE t SET id = %1$d WHERE id = %2$d;
                UPDATE t SET id = %2$d WHERE id = -1; COMMIT""";
        try (var following = prepared()) {
            pair.source(swap.formatted(20, 1980)).source(swap.formatted(40, 60));
            var snapshots = PausedCopy.of(pair)
                    .copyWith(() -> pair.source(swap.formatted(20, 100)).source(swap.formatted(1980, 40)));
            following.withCopies(snapshots).open().catchUp();
            pair.assertSame();
        }
    }

    @Test
    void equalRowsWithoutAKeyAreCountedOnce() {
        joins("INSERT INTO k SELECT 1, repeat('p', 100) FROM generate_series(1, 100)", "DELETE FROM k WHERE v = 7");
    }

    @Test
    void aTransactionThatWasOpenAtTheSnapshotIsAppliedWhole() {
        try (var following = prepared();
                var early = Pair.application(pair.source())) {
            early.begin();
            early.execute("UPDATE t SET v = 5 WHERE id % 2 = 0; INSERT INTO k VALUES (-1, ''); SAVEPOINT s");
            early.execute("UPDATE t SET id = id + 10000 WHERE id < 50");
            var snapshots = PausedCopy.of(pair).copyWith(early::commit);
            following.withCopies(snapshots).open().catchUp();
            pair.assertSame();
        }
    }

    @Test
    void aTruncateBetweenTwoChunksBeginsTheTableAgain() {
        rewritten("TRUNCATE t", "INSERT INTO t SELECT i, i, 9, 'new' FROM generate_series(5, 900) i");
    }

    @Test
    void aVacuumFullBetweenTwoChunksLosesNothing() {
        rewritten("VACUUM FULL t", "UPDATE t SET v = 3");
    }

    /** Without a key, whose index could refuse the rows first, and under the same snapshot. */
    @Test
    void aCopyThatBeginsAgainElsewhereEndsTheOneThatWasUnderWay() {
        pair.both("CREATE TABLE t (v int)").source("INSERT INTO t SELECT generate_series(1, 20000)");
        var copy = PausedCopy.of(pair);
        var elsewhere = new ArrayList<CompletableFuture<Void>>();

        assertThatThrownBy(() -> copy.copyWith(() -> {
                    elsewhere.add(copy.copy(1));
                    await().until(() -> pair.atTarget().is(EMPTYING));
                }))
                .cause()
                .isInstanceOfSatisfying(GodwitException.class, e -> {
                    assertThat(e.problem().code()).isEqualTo("copy-superseded");
                    assertThat(e.retry()).isEqualTo(Retry.LATER);
                });

        elsewhere.getFirst().join();
        pair.assertSame();
    }

    @Test
    void aRewriteBetweenTwoChunksLosesNothing() {
        rewritten("ALTER TABLE t ALTER v TYPE int USING (v + 0)", "UPDATE t SET v = 3");
    }

    private void rewritten(String rewrite, String after) {
        try (var following = prepared()) {
            var copy = PausedCopy.of(pair);
            var queued = new CompletableFuture<CompletableFuture<Void>>();
            var snapshots = copy.copyWith(() -> queued.complete(copy.queue(rewrite)));
            queued.join().join();
            pair.source(after);
            following.withCopies(snapshots).open().catchUp();
            pair.assertSame();
        }
    }

    @Test
    void aLiveTableWithKeyChangesSwapsAndTruncatesIsCopiedExactly() {
        var seed = System.nanoTime();
        var stop = new AtomicBoolean();
        try (var following = prepared()) {
            var load = Beside.run(() -> write(stop, new Random(seed)));
            var copy = PausedCopy.of(pair);
            copy.copy(3).join();
            following.withCopies(copy.snapshots()).open().catchUp();
            stop.set(true);
            load.join();
            following.catchUp();

            assertThat(Pair.rows(pair.target())).as("seed " + seed).isEqualTo(Pair.rows(pair.source()));
        }
    }

    @Test
    void aTableThatIsTruncatedAllTheTimeIsCopiedToo() {
        var stop = new AtomicBoolean();
        try (var following = prepared()) {
            var load = Beside.run(() -> {
                try (var session = Pair.application(pair.source())) {
                    while (!stop.get()) {
                        session.execute("TRUNCATE k; INSERT INTO k VALUES (1, 'p'), (2, 'p')");
                    }
                }
            });
            var copy = PausedCopy.of(pair);
            copy.copy(1).join();
            stop.set(true);
            load.join();
            following.withCopies(copy.snapshots()).open().catchUp();

            pair.assertSame();
        }
    }

    @Test
    void aCopyThatWasGivenUpButStillRunsNeitherDoublesNorLosesRows() {
        try (var following = prepared()) {
            var copy = PausedCopy.of(pair);
            for (var round = 0; round < 5; round++) {
                var givenUp = copy.copy(2).handle((done, failed) -> true);
                copy.copy(2).handle((done, failed) -> true).join();
                givenUp.join();
                pair.source("DELETE FROM t WHERE id %% 10 = %d; DELETE FROM k WHERE v = %d".formatted(round, round));
            }
            copy.copy(1).join();
            following.withCopies(copy.snapshots()).open().catchUp();

            pair.assertSame();
        }
    }

    private void write(AtomicBoolean stop, Random random) {
        try (var session = Pair.application(pair.source())) {
            for (var round = 1; !stop.get(); round++) {
                session.execute(change(random.nextInt(6), random.nextInt(2000) + 1, random.nextInt(2000) + 1));
                if (round == 100 || round == 300) {
                    session.execute(round == 100 ? "TRUNCATE k" : "VACUUM FULL t");
                }
            }
        }
    }

    private static String change(int kind, int a, int b) {
        return switch (kind) {
            case 0 -> "UPDATE t SET v = v + 1 WHERE id = " + a;
            case 1 ->
                "BEGIN; UPDATE t SET id = -1 WHERE id = %1$d; UPDATE t SET id = %1$d WHERE id = %2$d;".formatted(a, b)
                        + " UPDATE t SET id = " + b + " WHERE id = -1; COMMIT";
            case 2 -> "DELETE FROM t WHERE id = %1$d; UPDATE t SET id = %1$d WHERE id = %2$d".formatted(a, b);
            case 3 ->
                "INSERT INTO t VALUES (%d, NULL, 0, repeat(md5('%d'), 100)) ON CONFLICT DO NOTHING".formatted(a, b);
            case 4 -> "INSERT INTO k VALUES (%d, 'p'), (%d, 'p')".formatted(a % 9, a % 9);
            default -> "DELETE FROM k WHERE ctid = (SELECT min(ctid) FROM k)";
        };
    }
}
