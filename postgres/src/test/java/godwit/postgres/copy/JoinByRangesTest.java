package godwit.postgres.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.postgres.Beside;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.apply.Following;
import godwit.postgres.apply.StreamProgress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ranges of keys, each under a snapshot of its own, and a stream make together is the source, row by row. */
@ExtendWith(Servers.class)
class JoinByRangesTest {
    private static final String TABLE = """
            CREATE TABLE t (id int PRIMARY KEY, n int, v int, big text) WITH (fillfactor = 100);
            ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
            CREATE TABLE k (v int, pad text); ALTER TABLE k REPLICA IDENTITY FULL""";
    private static final String ROWS = """
            CREATE UNIQUE INDEX t_n ON t (n);
            INSERT INTO t SELECT i, i, 0, CASE WHEN i % 20 = 0 THEN repeat(md5(i::text), 100) ELSE repeat('x', 200) END
              FROM generate_series(1, 2000) i;
            INSERT INTO k SELECT i % 50, repeat('p', 100) FROM generate_series(1, 500) i""";

    private final Pair pair;

    JoinByRangesTest(Pair pair) {
        this.pair = pair;
    }

    private Following prepared() {
        pair.both(TABLE).source(ROWS);
        return Following.prepare(pair.source(), pair.target(), new StreamProgress(UUID.randomUUID(), "forward"));
    }

    private Following joined(Following following, PausedCopy copy) {
        return following.withCopies(copy.snapshots()).withRanges(copy.run()).open();
    }

    /** The copy's end is the source's end, and the unique index can be built. */
    private void assertSame(Following following) {
        pair.assertSame();
        pair.target("CREATE UNIQUE INDEX t_n ON t (n)");
        assertThat(following.missingRows()).isZero();
    }

    /** Runs changes after the first range, which has the least keys, was read, and compares once all is applied. */
    private void joins(String... afterFirstRange) {
        try (var following = prepared()) {
            var copy = PausedCopy.of(pair).byRange();
            copy.copyWith(() -> List.of(afterFirstRange).forEach(pair::source));
            assertThat(pair.atTarget().number("SELECT count(*) FROM godwit.key_range WHERE snapshot IS NOT NULL"))
                    .isGreaterThan(10);
            joined(following, copy).catchUp();
            assertSame(following);
        }
    }

    @Test
    void aPreparedTargetThatWatchesOverUniqueValuesIsFilledUnderOneSnapshot() {
        pair.both(TABLE).source(ROWS).target("CREATE UNIQUE INDEX t_n ON t (n)");
        try (var following =
                Following.prepare(pair.source(), pair.target(), new StreamProgress(UUID.randomUUID(), "forward"))) {
            var copy = PausedCopy.of(pair).byRange();
            // A value that was read at the end of the first range comes to a key that is read later.
            copy.copyWith(() -> pair.source("UPDATE t SET n = -1 WHERE id = 1; UPDATE t SET n = 1 WHERE id = 1999"));

            joined(following, copy).catchUp();

            pair.assertSame();
            assertThat(copy.snapshots()).hasSize(2);
        }
    }

    @Test
    void rowsThatMoveBetweenPagesAreNeitherLostNorDoubled() {
        joins(
                "DELETE FROM t WHERE id <= 60",
                "VACUUM t",
                "UPDATE t SET v = 1, n = -n WHERE id > 1900",
                "UPDATE t SET v = 1, n = -n WHERE id <= 100");
    }

    @Test
    void aRowWhoseNewKeyWasReadBeforeAndWhoseOldKeyAfterIsReadAgain() {
        joins(
                "DELETE FROM t WHERE id = 20",
                "UPDATE t SET id = 20 WHERE id = 1980",
                "UPDATE t SET v = 7 WHERE id = 20");
    }

    @Test
    void aRowWhoseOldKeyWasReadBeforeAndWhoseNewKeyAfterIsThereOnce() {
        joins("UPDATE t SET id = id + 5000 WHERE id <= 100", "UPDATE t SET v = v + 1 WHERE id > 5000");
    }

    @Test
    void aRowThatIsReadAgainAndHasMovedOnIsWhereItIs() {
        joins(
                "DELETE FROM t WHERE id IN (20, 40, 60)",
                "UPDATE t SET id = 20 WHERE id = 1980",
                "UPDATE t SET id = 40 WHERE id = 20",
                "UPDATE t SET id = 3000 WHERE id = 40",
                "UPDATE t SET id = 60 WHERE id = 1960; DELETE FROM t WHERE id = 60",
                "INSERT INTO t VALUES (60, -60, 1, repeat('new', 900))",
                "UPDATE t SET v = 2 WHERE id = 60; UPDATE t SET id = 20 WHERE id = 3000");
    }

    @Test
    void keysThatSwapBetweenRangesKeepTheirToastedValues() {
        var swap = """
                BEGIN; UPDATE t SET id = -1 WHERE id = %1$d; UPDATE t SET id = %1$d WHERE id = %2$d;
                UPDATE t SET id = %2$d WHERE id = -1; COMMIT""";
        joins(swap.formatted(20, 1980), swap.formatted(40, 60), swap.formatted(20, 100), swap.formatted(1980, 40));
    }

    @Test
    void aDeletedKeyThatAnotherRowTakesBeforeTheCopyKeepsThatRowsToastedValue() {
        try (var following = prepared()) {
            pair.source("DELETE FROM t WHERE id = 20; UPDATE t SET id = 20 WHERE id = 40");
            var copy = PausedCopy.of(pair).byRange();
            copy.copyWith(() -> pair.source("DELETE FROM t WHERE id = 60; UPDATE t SET id = 60 WHERE id = 1980"));
            joined(following, copy).catchUp();
            assertSame(following);
        }
    }

    @Test
    void aUniqueValueThatMovesBetweenRangesIsCopiedTwiceAndThereOnce() {
        joins("UPDATE t SET n = -5 WHERE id = 5", "UPDATE t SET n = 5 WHERE id = 1995");
    }

    @Test
    void aTransactionThatWasOpenAtOneSnapshotAndEndedBeforeAnotherIsAppliedWhereItWasNotSeen() {
        try (var following = prepared();
                var early = Pair.application(pair.source())) {
            early.begin();
            early.execute(
                    "UPDATE t SET v = 5 WHERE id % 2 = 0; SAVEPOINT s; UPDATE t SET id = id + 10000 WHERE id < 50");
            early.execute("DELETE FROM t WHERE id = 60; UPDATE t SET id = 60 WHERE id = 1940");
            var copy = PausedCopy.of(pair).byRange();
            copy.copyWith(early::commit);
            joined(following, copy).catchUp();
            assertSame(following);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TRUNCATE t; INSERT INTO t SELECT i, i, 9, 'new' FROM generate_series(5, 900) i",
                "VACUUM FULL t",
                "ALTER TABLE t ALTER v TYPE int USING (v + 0)"
            })
    void aTableWhoseRowsGetAnotherFileBetweenTwoRangesIsCopiedWhole(String rewrite) {
        joins(
                "DELETE FROM t WHERE id = 30; UPDATE t SET id = 30 WHERE id = 1980",
                rewrite,
                "UPDATE t SET v = 3 WHERE id < 1000; INSERT INTO t VALUES (2500, 2500, 0, 'late')");
    }

    @Test
    void rowsThatWereReadAgainBeforeATruncateAndAfterItAreThereAsTheyShouldBe() {
        joins(
                "DELETE FROM t WHERE id IN (20, 40)",
                "UPDATE t SET id = 20 WHERE id = 1980",
                "BEGIN; TRUNCATE t; INSERT INTO t SELECT i, i, 9, repeat('n', 5000) FROM generate_series(15, 90) i; COMMIT",
                "DELETE FROM t WHERE id = 40; UPDATE t SET id = 40 WHERE id = 20");
    }

    @Test
    void aCopyThatIsKilledKeepsTheRangesThatItHas() {
        try (var following = prepared()) {
            var copy = PausedCopy.of(pair).byRange();
            pair.target(
                    "CREATE SEQUENCE countdown; CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                            + " IF nextval('public.countdown') > 8 THEN RAISE 'broken'; END IF; RETURN NEW; END $$;"
                            + " CREATE TRIGGER break BEFORE INSERT ON godwit.chunk FOR EACH ROW WHEN (NEW.table_name = 't') EXECUTE FUNCTION break();"
                            + " ALTER TABLE godwit.chunk ENABLE ALWAYS TRIGGER break");
            assertThat(copy.copy(1).handle((done, failure) -> failure != null).join())
                    .isTrue();
            var finished = ranges();
            pair.target("DROP TRIGGER break ON godwit.chunk");
            pair.source("UPDATE t SET v = 4 WHERE id % 3 = 0; DELETE FROM t WHERE id IN (20, 60, 1900)")
                    .source("UPDATE t SET id = 20 WHERE id = 1980; UPDATE t SET id = 1900 WHERE id = 40");

            copy.copy(2).join();
            joined(following, copy).catchUp();

            assertThat(finished).hasSizeGreaterThan(4);
            assertThat(ranges()).containsAll(finished);
            assertSame(following);
        }
    }

    private List<String> ranges() {
        return pair.targetRows("SELECT number || ' ' || snapshot FROM godwit.key_range WHERE snapshot IS NOT NULL");
    }

    @Test
    void aStreamThatIsCutAfterARowWasReadAgainGoesOnWithWhatItRead() {
        try (var following = prepared()) {
            var copy = PausedCopy.of(pair).byRange();
            copy.copyWith(() -> pair.source("DELETE FROM t WHERE id = 20")
                    .source("UPDATE t SET id = 20 WHERE id = 1980")
                    .source("UPDATE t SET v = 8 WHERE id = 20"));
            pair.source("UPDATE t SET v = v + 1 WHERE id = 20; UPDATE t SET id = 50000 WHERE id = 20");
            joined(following, copy);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> pair.atTarget().number("SELECT count(*) FROM godwit.row_again") > 0);
            following.reopen();
            pair.source("UPDATE t SET v = v + 1 WHERE id = 50000");
            following.catchUp();

            assertSame(following);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "uuid|md5(i::text)::uuid",
                "bigint|(i - 1000) * 4611686018427387::bigint",
                "smallint|(i - 1000)::smallint"
            })
    void keysOfOtherTypesAreCutToo(String typeAndKey) {
        var type = typeAndKey.split("\\|")[0];
        var key = typeAndKey.split("\\|")[1];
        pair.both("CREATE TABLE t (a " + type
                        + ", b int, big text, PRIMARY KEY (a, b)); ALTER TABLE t ALTER big SET STORAGE EXTERNAL")
                .source("INSERT INTO t SELECT " + key
                        + ", i % 3, repeat(md5(i::text), 80) FROM generate_series(1, 2000) i");
        pair.both("CREATE TABLE c (what regclass PRIMARY KEY)");
        try (var following =
                Following.prepare(pair.source(), pair.target(), new StreamProgress(UUID.randomUUID(), "forward"))) {
            var copy = PausedCopy.of(pair).byRange();
            // Rows go from each half of the keys to the other: some come to the range that was read, whichever it was.
            copy.copyWith(() -> pair.source("""
                    DELETE FROM t WHERE a IN (SELECT a FROM t ORDER BY a LIMIT 1);
                    WITH o AS (SELECT a, row_number() OVER (ORDER BY a) AS n FROM t),
                         moved AS (SELECT x.a AS old, y.a AS new FROM o x JOIN o y ON y.n = (x.n + 1000) % 1999 + 1
                                   WHERE x.n % 20 = 0)
                    UPDATE t SET a = moved.new, b = 9 FROM moved WHERE t.a = moved.old"""));
            joined(following, copy).catchUp();

            pair.assertSame();
            assertThat(following.missingRows()).isZero();
            assertThat(pair.atTarget().number("SELECT count(*) FROM godwit.key_range"))
                    .isGreaterThan(5);
            assertThat(pair.atTarget().number("SELECT count(*) FROM godwit.row_again"))
                    .isPositive();
        }
    }

    @Test
    void aLiveTableWithKeyChangesSwapsAndTruncatesIsCopiedExactly() {
        var seed = System.nanoTime();
        var stop = new AtomicBoolean();
        try (var following = prepared()) {
            var loads = List.of(load(stop, seed), load(stop, seed + 1));
            var copy = PausedCopy.of(pair).byRange();
            copy.copy(3).join();
            joined(following, copy).catchUp();
            stop.set(true);
            loads.forEach(CompletableFuture::join);
            following.catchUp();

            assertThat(Pair.rows(pair.target())).as("seed " + seed).isEqualTo(Pair.rows(pair.source()));
            assertSame(following);
        }
    }

    private CompletableFuture<Void> load(AtomicBoolean stop, long seed) {
        return Beside.run(() -> {
            var random = new Random(seed);
            try (var session = Pair.application(pair.source())) {
                for (var round = 1; !stop.get(); round++) {
                    session.execute(change(random.nextInt(6), random.nextInt(2000) + 1, random.nextInt(2000) + 1));
                    if (round == 150) {
                        session.execute("BEGIN; TRUNCATE t; INSERT INTO t SELECT i, NULL, 9, repeat(md5(i::text), 90)"
                                + " FROM generate_series(1, 1500, 3) i; COMMIT");
                    }
                }
            }
        });
    }

    private static String change(int kind, int a, int b) {
        return switch (kind) {
            case 0 -> "UPDATE t SET v = v + 1 WHERE id = " + a;
            case 1 ->
                "BEGIN; DELETE FROM t WHERE id = -1; UPDATE t SET id = -1 WHERE id = %1$d; ".formatted(a)
                        + "UPDATE t SET id = %1$d WHERE id = %2$d; UPDATE t SET id = %2$d WHERE id = -1; COMMIT"
                                .formatted(a, b);
            case 2, 3 ->
                "BEGIN; DELETE FROM t WHERE id = %1$d; UPDATE t SET id = %1$d WHERE id = %2$d; COMMIT".formatted(a, b);
            case 4 ->
                "INSERT INTO t VALUES (%d, NULL, 0, repeat(md5('%d'), 100)) ON CONFLICT DO NOTHING".formatted(a, b);
            default -> "DELETE FROM t WHERE id = " + a;
        };
    }
}
