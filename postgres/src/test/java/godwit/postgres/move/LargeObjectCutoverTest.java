package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Beside;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.postgres.Specs;
import godwit.postgres.largeobjects.ObjectWriters;
import godwit.postgres.ledger.PostgresLedger;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Large objects at a switch, while others write them. */
@ExtendWith(Servers.class)
class LargeObjectCutoverTest {
    private final Pair pair;
    private final MoveContext context;
    private final Session losing;
    private final Session gaining;
    private final Session writer;
    private final LargeObjectCutover cutover;

    LargeObjectCutoverTest(Pair pair) {
        this.pair = pair.source("SELECT lo_from_bytea(70001, 'first')");
        this.context = new MoveContext(UUID.randomUUID(), Specs.spec(pair.name(), 1), pair.source(), pair.target());
        var ledger = new PostgresLedger(pair.atTarget());
        ledger.create();
        ledger.begin(context.run(), "objects", "");
        this.losing = context.openApplying(Side.SOURCE, "switch");
        this.gaining = context.openApplying(Side.TARGET, "switch");
        this.writer = Pair.application(pair.source());
        this.cutover = new LargeObjectCutover(context);
    }

    @AfterEach
    void close() {
        losing.close();
        gaining.close();
        writer.close();
    }

    private String onTarget() {
        return pair.atTarget().text("SELECT convert_from(lo_get(70001), 'UTF8')");
    }

    private void underFence(long began) {
        cutover.underFence(Side.SOURCE, losing, gaining, began);
    }

    private void begin(String change) {
        writer.begin();
        writer.execute(change);
    }

    @Test
    void whoWritesThemAloneAndForLongIsNamedBeforeAnybodyWaits() {
        begin("SELECT lo_put(70001, 0, 'OPEN')");

        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> cutover.prepare(Side.SOURCE, losing, gaining))
                .satisfies(e -> {
                    assertThat(e.problem().code()).isEqualTo("writers-too-old");
                    assertThat(e.problem().pids()).containsExactly(writer.pid());
                });
        writer.rollback();
    }

    @Test
    void whoWasWritingThemAloneWhenTheFenceBeganIsWaitedFor() {
        cutover.prepare(Side.SOURCE, losing, gaining);
        begin("SELECT lo_put(70001, 0, 'OPEN')");

        var fenced = Beside.run(() -> underFence(System.nanoTime()));
        await().until(() -> pair.atSource()
                .is(
                        "SELECT count(*) > 0 FROM pg_stat_activity WHERE pid = ? AND query LIKE '%pg_locks%'",
                        losing.pid()));
        assertThat(fenced).isNotDone();
        writer.commit();

        fenced.join();
        assertThat(onTarget()).isEqualTo("OPENt");
    }

    /** Nobody waits for one who begins after the fence. */
    @Test
    void whoBeginsToWriteThemAloneUnderTheFenceUndoesTheSwitch() {
        cutover.prepare(Side.SOURCE, losing, gaining);
        pair.source("SELECT lo_put(70001, 0, 'OPEN')");
        pair.target("BEGIN; LOCK TABLE godwit.large_object IN SHARE MODE");
        var fenced = Beside.run(() -> underFence(System.nanoTime()));
        await().until(() ->
                pair.atTarget().is("SELECT count(*) > 0 FROM pg_locks WHERE pid = ? AND NOT granted", gaining.pid()));
        pair.source("SELECT lo_put(70001, 0, 'late')");
        pair.target("COMMIT");

        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(fenced::join)
                .havingCause()
                .isInstanceOfSatisfying(
                        GodwitException.class,
                        e -> assertThat(e.problem().code()).isEqualTo("large-objects-changed"));
    }

    @Test
    void whoDoesNotEndInTimeIsNamedAndTheSessionsStayFit() {
        cutover.prepare(Side.SOURCE, losing, gaining);
        begin("SELECT lo_put(70001, 0, 'OPEN')");
        var began = System.nanoTime() - Duration.ofMillis(2900).toNanos();

        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> underFence(began))
                .satisfies(e -> {
                    assertThat(e.problem().code()).isEqualTo("writers-not-drained");
                    assertThat(e.problem().pids()).containsExactly(writer.pid());
                });
        writer.rollback();
        assertThat(losing.text("SHOW statement_timeout")).isEqualTo("0");
    }

    @Test
    void whoWaitsAtTheGateIsNotWaitedForBecauseItIsRefusedThere() {
        var key = context.gate(Side.SOURCE).lockKey();
        losing.begin();
        losing.number("SELECT 1 FROM pg_advisory_xact_lock(?)", key);
        begin("SELECT lo_put(70001, 0, 'OPEN')");
        assertThat(ObjectWriters.now(pair.atSource(), key)).containsValue(writer.pid());

        var waiting = Beside.run(() -> writer.number("SELECT 1 FROM pg_advisory_xact_lock_shared(?)", key));

        await().until(() -> ObjectWriters.now(pair.atSource(), key).isEmpty());
        losing.rollback();
        waiting.join();
        writer.rollback();
    }

    @Test
    void whatDoesNotFitIntoTheTimeLeftUndoesTheSwitch() {
        var began = System.nanoTime() - Duration.ofMillis(3100).toNanos();

        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> underFence(began))
                .satisfies(e -> assertThat(e.problem().code()).isEqualTo("large-objects-too-many"));
    }

    @Test
    void aRehearsalReadsThemAndWritesNothing() {
        cutover.rehearsePreparation(Side.SOURCE, losing, gaining);
        cutover.rehearse(Side.SOURCE, losing, gaining);

        assertThat(List.of(pair.atTarget().number("SELECT count(*) FROM pg_largeobject_metadata")))
                .containsExactly(0L);
    }
}
