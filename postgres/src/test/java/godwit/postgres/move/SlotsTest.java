package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.move.Lsn;
import godwit.move.MoveLimits;
import godwit.move.MoveSpec;
import godwit.move.Side;
import godwit.postgres.Beside;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.postgres.Specs;
import godwit.schema.TableName;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A commit is in the log before it is visible: one that reached the log before the slot and is not yet visible to the
 * copy would be in neither.
 */
@ExtendWith(Servers.class)
class SlotsTest {
    private final Pair pair;
    private final MoveContext context;
    private final Slots slots;

    SlotsTest(Pair pair) {
        this.pair = pair;
        this.context = new MoveContext(UUID.randomUUID(), spec(pair, 60), pair.source(), pair.target());
        this.slots = new Slots(context);
        pair.source("CREATE TABLE t (id int PRIMARY KEY)");
        slots.publish(Side.SOURCE, List.of(TableName.of("public", "t")));
    }

    private static MoveSpec spec(Pair pair, int startSecondsMax) {
        var usual = Specs.spec(pair.name(), 1);
        var limits = new MoveLimits(1, 1, 16_384, 1 << 20, 1 << 20, startSecondsMax, 1 << 30, 2, 2000, 64L << 20);
        return new MoveSpec(
                usual.name(), usual.source(), usual.target(), usual.tables(), usual.rows(), usual.switching(), limits);
    }

    @AfterEach
    void letEverybodyGo() {
        standbys("");
        slots.drop(Side.SOURCE);
    }

    private void standbys(String names) {
        pair.source("ALTER SYSTEM SET synchronous_standby_names = '" + names + "'");
        pair.source("SELECT pg_reload_conf()");
        await().until(() ->
                pair.atSource().text("SHOW synchronous_standby_names").equals(names));
    }

    private Session writer() {
        var session = Pair.application(pair.source());
        session.begin();
        session.number("SELECT pg_current_xact_id()::text::bigint");
        return session;
    }

    /** Waits until the session that makes the slot waits for this transaction. */
    private void awaitSlotWaitsFor(Session writer) {
        var xid = writer.number("SELECT pg_current_xact_id()::text::bigint");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> pair.atSource()
                        .is(
                                "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND transactionid::text = ?",
                                "" + xid));
    }

    private boolean slotIsReady() {
        return pair.atSource()
                .is(
                        "SELECT confirmed_flush_lsn IS NOT NULL FROM pg_replication_slots WHERE slot_name = ?",
                        context.streamName(Side.SOURCE));
    }

    private long visibleRows() {
        return pair.atSource().number("SELECT count(*) FROM t");
    }

    private long rowsInStream() {
        return pair.atSource()
                .number(
                        "SELECT count(*) FROM pg_logical_slot_peek_binary_changes(?, NULL, NULL, 'proto_version', '1',"
                                + " 'publication_names', ?) WHERE get_byte(data, 0) = ascii('I')",
                        context.streamName(Side.SOURCE),
                        context.publication(Side.SOURCE).name());
    }

    /** X is open; the slot; Y opens; X ends; T is in the log and hangs; Y ends. */
    private CompletableFuture<Void> choreograph(CompletableFuture<Lsn> settled, Session x) {
        awaitSlotWaitsFor(x);
        try (var y = writer()) {
            x.commit();
            awaitSlotWaitsFor(y);
            standbys("nobody");
            var t = Pair.application(pair.source());
            var pid = t.pid();
            var hanging =
                    Beside.run(() -> t.execute("INSERT INTO t VALUES (1)")).whenComplete((done, failed) -> t.close());
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> pair.atSource()
                            .is("SELECT wait_event = 'SyncRep' FROM pg_stat_activity WHERE pid = ?", pid));
            y.rollback();
            await().atMost(Duration.ofSeconds(20)).until(() -> slotIsReady() || settled.isCompletedExceptionally());
            return hanging;
        }
    }

    @Test
    void aCopyAfterTheSlotHasSettledSeesWhatTheStreamLeavesOut() {
        try (var x = writer()) {
            var settled = Beside.supply(() -> slots.createAndSettle(Side.SOURCE));
            var hanging = choreograph(settled, x);

            assertThat(visibleRows())
                    .as("what a copy without the wait would see")
                    .isZero();
            assertThat(rowsInStream()).as("what the stream has").isZero();
            assertThat(settled).isNotDone();

            standbys("");
            hanging.join();
            settled.join();
            assertThat(visibleRows()).isEqualTo(1);
        }
    }

    @Test
    void withoutTheWaitTheSameTransactionWouldBeInNeither() {
        try (var x = writer();
                var session = pair.source().open("slot")) {
            session.execute("SET lock_timeout = 0");
            var created = Beside.supply(() -> Lsn.parse(session.text(
                    "SELECT lsn::text FROM pg_create_logical_replication_slot(?, 'pgoutput')",
                    context.streamName(Side.SOURCE))));
            var hanging = choreograph(created, x);

            created.join();
            assertThat(visibleRows() + rowsInStream()).isZero();

            standbys("");
            hanging.join();
        }
    }

    @Test
    void transactionsThatDoNotEndInTimeAreNamed() {
        var impatient = new Slots(new MoveContext(context.run(), spec(pair, 2), pair.source(), pair.target()));
        try (var old = writer()) {
            assertThatThrownBy(() -> impatient.createAndSettle(Side.SOURCE))
                    .isInstanceOfSatisfying(GodwitException.class, e -> {
                        assertThat(e.problem().code()).isEqualTo("old-transactions");
                        assertThat(e.problem().pids()).contains(old.pid());
                    });
        }
    }

    @Test
    void aTransactionOfElevenSecondsIsWaitedFor() {
        try (var old = writer()) {
            var settled = Beside.supply(() -> slots.createAndSettle(Side.SOURCE));
            awaitSlotWaitsFor(old);
            old.execute("SELECT pg_sleep(11)");
            old.commit();

            assertThat(settled.join()).isNotNull();
        }
    }
}
