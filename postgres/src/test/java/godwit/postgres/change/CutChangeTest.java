package godwit.postgres.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.Retry;
import godwit.postgres.Database;
import godwit.postgres.Endpoint;
import godwit.postgres.FaultProxy;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.run.Stopping;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * All sessions of a change end at one of its statements, as with kill -9: before the server got it, or after, so that only the
 * answer is lost. Whoever does the same once more comes to the same end.
 */
@ExtendWith(Servers.class)
class CutChangeTest {
    private static final int FEW = 12;
    private static final int EVERY = 5;
    private static final Duration AT_ONCE = Duration.ofMillis(1);

    private final Pair pair;
    private final FaultProxy proxy;
    private final SchemaChange change;
    private final SchemaChange cut;
    private final List<String> shape;

    CutChangeTest(Pair pair) {
        this.pair = pair.source(Reach.TABLES);
        this.proxy = new FaultProxy(pair.sourceServer().port());
        var at = pair.source().endpoint();
        this.change = Reach.change(pair.source(), "02_reach", Reach.MIGRATION);
        this.cut = Reach.change(
                new Database(
                        () -> new Endpoint(at.host(), proxy.port(), at.database(), at.user(), at.password(), Map.of())),
                "02_reach",
                Reach.MIGRATION);
        this.shape = Reach.shape(pair.atSource());
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void aStartThatIsCutSomewhere() {
        some(cuts(this::started)).forEach(this::startCutAt);
    }

    @Test
    @Tag("full")
    void aStartThatIsCutAllOver() {
        each(cuts(this::started)).forEach(this::startCutAt);
    }

    @Test
    void aRollbackThatIsCutSomewhere() {
        change.start(Stopping.never());
        some(cuts(this::rolledBack)).forEach(this::rollbackCutAt);
    }

    @Test
    @Tag("full")
    void aRollbackThatIsCutAllOver() {
        change.start(Stopping.never());
        each(cuts(this::rolledBack)).forEach(this::rollbackCutAt);
    }

    @Test
    void aCompleteThatIsCutSomewhere() {
        change.start(Stopping.never());
        some(cuts(this::completed)).forEach(this::completeCutAt);
    }

    @Test
    @Tag("full")
    void aCompleteThatIsCutAllOver() {
        change.start(Stopping.never());
        each(cuts(this::completed)).forEach(this::completeCutAt);
    }

    /** So many cuts a verb has room for: twice as many as statements. */
    private long cuts(Function<SchemaChange, Map<String, Object>> verb) {
        var before = proxy.requests();
        var unused = verb.apply(cut);
        anew();
        return 2 * (proxy.requests() - before);
    }

    /** Every fifth place, beginning at any: five runs come to all of them. */
    private LongStream each(long all) {
        return LongStream.iterate(
                1 + new Random(System.nanoTime()).nextLong(EVERY), place -> place <= all, place -> place + EVERY);
    }

    /** Other ones each day, and told when one of them fails. */
    private LongStream some(long all) {
        var random = new Random(System.nanoTime());
        return IntStream.range(0, FEW).mapToLong(i -> 1 + random.nextLong(all));
    }

    private void startCutAt(long place) {
        cutAt(place, this::started);
        assertThat(finished(this::started)).as("cut at " + place).containsEntry("state", "ready");
        Reach.assertInStep(pair);
        assertThat(change.verify()).as("cut at " + place).containsEntry("differences", 0L);
        assertThat(change.rollback()).as("cut at " + place).containsEntry("state", "rolled back");
        assertAsBefore("cut at " + place);
    }

    private void rollbackCutAt(long place) {
        change.start(Stopping.never());
        cutAt(place, this::rolledBack);
        assertThat(finished(this::rolledBack)).as("cut at " + place).containsEntry("state", "rolled back");
        assertAsBefore("cut at " + place);
    }

    private void completeCutAt(long place) {
        change.start(Stopping.never());
        cutAt(place, this::completed);
        assertThat(finished(this::completed)).as("cut at " + place).containsEntry("state", "completed");
        Reach.assertSame(
                pair,
                Reach.TABLES,
                Reach.BLUNT,
                "SELECT concat_ws('|', id, name, phone, remark, surname) FROM public.persons ORDER BY id");
        anew();
    }

    private void assertAsBefore(String what) {
        assertThat(Reach.shape(pair.atSource())).as(what).containsExactlyElementsOf(shape);
        assertThat(Reach.rows(pair.atSource(), "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'public\\_%'"))
                .as(what)
                .isEmpty();
    }

    private void cutAt(long place, Function<SchemaChange, Map<String, Object>> verb) {
        proxy.cutAt((place + 1) / 2, place % 2 == 0);
        try {
            var unused = verb.apply(cut);
        } catch (GodwitException e) {
            assertThat(e.retry()).as("cut at " + place + ": " + e.problem()).isEqualTo(Retry.LATER);
        }
    }

    /** The server may take a moment to see that sessions have ended. */
    private Map<String, Object> finished(Function<SchemaChange, Map<String, Object>> verb) {
        await().until(() -> Reach.rows(pair.atSource(), """
                        SELECT pid::text FROM pg_stat_activity WHERE datname = current_database()
                          AND application_name LIKE 'godwit %' AND application_name <> 'godwit test'""").isEmpty());
        return verb.apply(change);
    }

    private Map<String, Object> started(SchemaChange of) {
        return of.start(Stopping.never());
    }

    /** The answer may have been lost when all was done. */
    private Map<String, Object> rolledBack(SchemaChange of) {
        return "none".equals(change.status().get("state")) ? Map.of("state", "rolled back") : of.rollback();
    }

    private Map<String, Object> completed(SchemaChange of) {
        return "completed".equals(change.status().get("state")) ? Map.of("state", "completed") : of.complete(AT_ONCE);
    }

    /** The database as it was at first. */
    private void anew() {
        if ("ready".equals(change.status().get("state"))) {
            change.rollback();
        }
        pair.source("DROP SCHEMA IF EXISTS public_02_reach CASCADE; DROP SCHEMA IF EXISTS godwit CASCADE;"
                + " DROP TABLE persons, units, oplog CASCADE; " + Reach.TABLES);
    }
}
