package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Beside;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.run.Stopping;
import godwit.traffic.Cutover;
import godwit.traffic.Writes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a switch may rely on that leaves its verification out, and what is seen of tables that were written anew. */
@ExtendWith(Servers.class)
class ProvenUntilNowTest {
    private static final String UPPER = "ALTER TABLE t ALTER v TYPE text USING upper(v)";

    private final Pair pair;

    ProvenUntilNowTest(Pair pair) {
        this.pair = pair;
        pair.source("CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE u (id int PRIMARY KEY);"
                + " CREATE TABLE k (v text); ALTER TABLE k REPLICA IDENTITY FULL; CREATE TABLE scratch (id int)");
        pair.source("INSERT INTO t SELECT i, 'a' FROM generate_series(1, 10) i; INSERT INTO u VALUES (1)");
    }

    private PostgresMove ready() {
        var urls = Map.of(
                "SOURCE_URL",
                pair.sourceServer().url(pair.name()),
                "TARGET_URL",
                pair.targetServer().url(pair.name()));
        var access = new MoveAccess(LiveMove.withoutScratch(Specs.spec(pair.name(), 1)), Path.of("."), urls);
        var ledger = access.ledger(pair.atTarget());
        ledger.create();
        var run = UUID.randomUUID();
        ledger.begin(run, pair.name(), "");
        var steps = access.steps(run);
        steps.expand();
        steps.fill();
        steps.follow();
        await().atMost(Duration.ofSeconds(30)).until(steps::isCaughtUp);
        steps.finish();
        return steps;
    }

    private static boolean isEqual(PostgresMove steps) {
        return steps.verify(UUID.randomUUID(), "continuous", Stopping.never()).isEqual();
    }

    private static void move(PostgresMove steps, Side from) {
        new Cutover(steps.cutover(), System::nanoTime, () -> {}).run(from, steps.journal());
    }

    @Test
    void aSwitchProvesUntilSomethingBreaksTheProof() {
        try (var steps = ready()) {
            assertThat(steps.isProvenUntilNow(Side.SOURCE)).isFalse();
            assertThat(isEqual(steps)).isTrue();
            assertThat(steps.isProvenUntilNow(Side.SOURCE)).isTrue();
            move(steps, Side.SOURCE);
            assertThat(steps.isProvenUntilNow(Side.TARGET)).isTrue();

            LiveMove.intrude(pair.atSource(), "DELETE FROM t WHERE id = 7");
            assertThat(isEqual(steps)).isFalse();
            assertThat(steps.isProvenUntilNow(Side.TARGET)).isFalse();

            LiveMove.intrude(pair.atSource(), "INSERT INTO t VALUES (7, 'a')");
            assertThat(isEqual(steps)).isTrue();
            assertThat(steps.isProvenUntilNow(Side.TARGET)).isTrue();

            steps.reopen();
            assertThat(steps.isProvenUntilNow(Side.TARGET)).isFalse();
        }
    }

    @Test
    void aTableThatIsWrittenAnewOnTheTargetBreaksTheProofAndOneThatIsEmptiedDoesNot() {
        try (var steps = ready()) {
            assertThat(isEqual(steps)).isTrue();
            move(steps, Side.SOURCE);
            pair.target("TRUNCATE u");
            await().atMost(Duration.ofSeconds(10)).until(() -> pair.atSource().number("SELECT count(*) FROM u") == 0);
            assertThat(steps.isProvenUntilNow(Side.TARGET)).isTrue();

            pair.target(UPPER);

            assertThat(steps.isProvenUntilNow(Side.TARGET)).isFalse();
        }
    }

    @Test
    void aTableThatIsWrittenAnewAfterItWasEmptiedBreaksTheProof() {
        try (var steps = ready()) {
            assertThat(isEqual(steps)).isTrue();
            move(steps, Side.SOURCE);
            pair.target("TRUNCATE t; INSERT INTO t SELECT i, 'new' FROM generate_series(1, 10) AS i");
            await().atMost(Duration.ofSeconds(10)).until(() -> pair.atSource().number("SELECT count(*) FROM t") == 10);
            assertThat(steps.isProvenUntilNow(Side.TARGET)).isTrue();

            pair.target(UPPER);

            assertThat(steps.isProvenUntilNow(Side.TARGET)).isFalse();
        }
    }

    /** What the transaction of a TRUNCATE did besides, the log does not tell. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "TRUNCATE k; INSERT INTO k SELECT 'new' FROM generate_series(1, 10);"
                        + " ALTER TABLE k ALTER v TYPE text USING upper(v)",
                "TRUNCATE t; INSERT INTO t SELECT i, 'new' FROM generate_series(1, 10) AS i;"
                        + " ALTER TABLE t ALTER v TYPE text USING upper(v)"
            })
    void writesStayWhereATableWasEmptiedAndWrittenAnewAtOnce(String statements) {
        try (var steps = ready()) {
            assertThat(isEqual(steps)).isTrue();
            pair.source(statements);

            assertThatExceptionOfType(GodwitException.class)
                    .isThrownBy(() -> move(steps, Side.SOURCE))
                    .satisfies(e ->
                            assertThat(e.problem().code()).isIn("rewritten-since-verification", "differences-open"));
        }
    }

    /** Jobs that load tables anew go on while a large database is compared. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "DO $$BEGIN BEGIN TRUNCATE u; EXCEPTION WHEN division_by_zero THEN NULL; END; END$$",
                "TRUNCATE k; INSERT INTO k SELECT 'new' FROM generate_series(1, 10)",
                "VACUUM FULL t",
                "TRUNCATE scratch"
            })
    void tablesThatAreLoadedAnewKeepNoWritesBack(String statement) {
        try (var steps = ready()) {
            assertThat(isEqual(steps)).isTrue();
            pair.source(statement);

            move(steps, Side.SOURCE);

            assertThat(steps.journal().writes()).isEqualTo(Writes.TARGET);
            assertThat(isEqual(steps)).isTrue();
        }
    }

    private static void moveWith(PostgresMove steps, Runnable beforeTheFence) {
        var cutover = new Interposed(steps.cutover()).after("advanceSequences", beforeTheFence);
        new Cutover(cutover, System::nanoTime, () -> {}).run(Side.SOURCE, steps.journal());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE k ALTER v TYPE text USING upper(v)",
                "TRUNCATE k; INSERT INTO k VALUES ('new'); ALTER TABLE k ALTER v TYPE text USING upper(v)",
                "CREATE TABLE other (LIKE k); DROP TABLE k; ALTER TABLE other RENAME TO k"
            })
    void writesStayWhereATableIsWrittenAnewAfterThat(String statements) {
        try (var steps = ready()) {
            assertThat(isEqual(steps)).isTrue();

            assertThatExceptionOfType(GodwitException.class)
                    .isThrownBy(() -> moveWith(steps, () -> pair.source(statements)))
                    .satisfies(e ->
                            assertThat(e.problem().code()).isIn("rewritten-since-verification", "tables-not-followed"));
            assertThat(steps.journal().writes()).isEqualTo(Writes.SOURCE);
        }
    }

    /** Whoever does so where the rows were compared already makes them differ from those that go on. */
    @Test
    void writesStayWhereATableIsWrittenAnewOnTheSideThatGainsThem() {
        try (var steps = ready()) {
            assertThat(isEqual(steps)).isTrue();

            assertThatExceptionOfType(GodwitException.class)
                    .isThrownBy(() -> moveWith(steps, () -> pair.target(UPPER)))
                    .satisfies(e -> assertThat(e.problem().code()).isEqualTo("rewritten-since-verification"));
        }
    }

    @Test
    void aTableThatIsWrittenAnewOnTheSideWithoutTheWritesBreaksTheProof() {
        try (var steps = ready()) {
            assertThat(isEqual(steps)).isTrue();
            move(steps, Side.SOURCE);
            assertThat(steps.isProvenUntilNow(Side.TARGET)).isTrue();

            pair.source(UPPER);

            assertThat(steps.isProvenUntilNow(Side.TARGET)).isFalse();
        }
    }

    @Test
    void nobodyWritesATableAnewBetweenTheLastComparisonAndTheDecision() {
        try (var steps = ready()) {
            assertThat(isEqual(steps)).isTrue();
            var cutover = new Interposed(steps.cutover())
                    .after(
                            "compareUnderFence",
                            () -> assertThatExceptionOfType(GodwitException.class)
                                    .isThrownBy(() -> pair.source("SET lock_timeout = '100ms'; " + UPPER))
                                    .satisfies(
                                            e -> assertThat(e.problem().code()).isEqualTo("lock-not-available")));

            new Cutover(cutover, System::nanoTime, () -> {}).run(Side.SOURCE, steps.journal());

            assertThat(isEqual(steps)).isTrue();
        }
    }

    /** It waits behind an old reader, which may end at any moment. */
    @Test
    void writesStayWhereSomebodyWaitsToWriteATableAnew() {
        try (var steps = ready();
                var reader = Pair.application(pair.source());
                var changing = Pair.application(pair.source())) {
            assertThat(isEqual(steps)).isTrue();
            reader.begin();
            reader.number("SELECT count(*) FROM t");
            var cutover = new Interposed(steps.cutover()).after("fence", () -> {
                var refused = Beside.run(() -> assertThatExceptionOfType(GodwitException.class)
                        .isThrownBy(() -> changing.execute("SET lock_timeout = '20s'; " + UPPER)));
                await().until(() -> pair.atSource()
                        .is("SELECT count(*) > 0 FROM pg_locks WHERE pid = ? AND NOT granted", changing.pid()));
                assertThat(refused).isNotDone();
            });

            assertThatExceptionOfType(GodwitException.class)
                    .isThrownBy(
                            () -> new Cutover(cutover, System::nanoTime, () -> {}).run(Side.SOURCE, steps.journal()))
                    .satisfies(e -> {
                        assertThat(e.problem().code()).isEqualTo("schema-changing");
                        assertThat(e.problem().pids()).containsExactly(changing.pid());
                    });
            changing.abort();
        }
    }

    /** What only moves the rows to another file is none of a switch's business, nor what the log has. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "TRUNCATE k; INSERT INTO k SELECT 'new' FROM generate_series(1, 10)",
                "DO $$BEGIN BEGIN TRUNCATE u; EXCEPTION WHEN division_by_zero THEN NULL; END; END$$",
                "VACUUM FULL t",
                "CLUSTER t USING t_pkey"
            })
    void writesMoveWhereATableIsLoadedAnewAfterThat(String statements) {
        try (var steps = ready()) {
            assertThat(isEqual(steps)).isTrue();

            moveWith(steps, () -> pair.source(statements));

            assertThat(steps.journal().writes()).isEqualTo(Writes.TARGET);
            assertThat(isEqual(steps)).isTrue();
        }
    }

    @Test
    void writesStayWhereATableWasWrittenAnewAfterTheProof() {
        try (var steps = ready()) {
            assertThat(isEqual(steps)).isTrue();
            pair.source("TRUNCATE u");
            steps.cutover().checkBefore(Side.SOURCE);
            pair.source(UPPER);

            assertThatExceptionOfType(GodwitException.class)
                    .isThrownBy(() -> move(steps, Side.SOURCE))
                    .satisfies(e -> {
                        assertThat(e.problem().code()).isEqualTo("rewritten-since-verification");
                        assertThat(e.problem().objects()).containsExactly("public.t");
                    });
            assertThat(isEqual(steps)).isFalse();
        }
    }
}
