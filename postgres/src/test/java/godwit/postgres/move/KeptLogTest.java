package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The log that a server keeps for a run: told beforehand, bounded, and never lost in silence. */
@ExtendWith(Servers.class)
class KeptLogTest {
    private static final long LOG_KEPT_BYTES_MAX = 48L << 20;

    private final Pair pair;

    KeptLogTest(Pair pair) {
        this.pair = pair.source("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')");
    }

    private static final String DROP_SLOTS = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
            + " WHERE database = current_database()";

    private static final String TRACES = "SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = 'godwit')"
            + " + (SELECT count(*) FROM pg_replication_slots WHERE database = current_database())"
            + " + (SELECT count(*) FROM pg_publication)";

    private LiveMove ready(long logKeptBytesMax) {
        return LiveMove.of(pair, "postgres", Specs.keepingLog(pair.name(), logKeptBytesMax))
                .start()
                .awaitPhase(Phase.READY);
    }

    private long slots() {
        return pair.atSource().number("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()");
    }

    private void fillLog() {
        pair.source("SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000)) FROM generate_series(1, 60)");
    }

    @Test
    void aRunWhoseSourceKeepsTooMuchLogEndsAndDropsItsSlot() {
        try (var move = ready(LOG_KEPT_BYTES_MAX);
                var blocker = Pair.application(pair.target())) {
            blocker.begin();
            blocker.execute("LOCK TABLE t IN SHARE MODE");
            pair.source("UPDATE t SET v = 'b'");
            fillLog();

            assertThat(move.awaitFailure().code()).isEqualTo("log-kept-too-large");

            assertThat(slots()).isZero();
            blocker.rollback();
            assertThat(move.start().awaitFailure().code()).isEqualTo("slot-lost");
        }
    }

    @Test
    void aSlotThatSomebodyDroppedIsAProblem() {
        try (var move = ready(64L << 30)) {
            move.stop();
            pair.source("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                    + " WHERE database = current_database()");

            assertThat(move.start().awaitFailure())
                    .matches(p -> p.code().equals("slot-lost"))
                    .matches(p -> p.hint().contains("Roll the run back"));
        }
    }

    @Test
    void aSlotThatTheServerGaveUpIsAProblem() {
        try (var move = ready(64L << 30)) {
            move.stop();
            pair.source("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
            pair.source("SELECT pg_reload_conf()");
            await().until(() ->
                    pair.atSource().text("SHOW max_slot_wal_keep_size").equals("1MB"));
            fillLog();
            pair.source("SELECT pg_switch_wal()").source("CHECKPOINT");
            pair.source("ALTER SYSTEM RESET max_slot_wal_keep_size");
            pair.source("SELECT pg_reload_conf()");

            assertThat(move.start().awaitFailure().code()).isEqualTo("slot-lost");
        }
    }

    @Test
    void whatAMoveWillTakeIsToldBeforehand() {
        var steps = LiveMove.of(pair, "postgres", Specs.keepingLog(pair.name(), 1))
                .access()
                .steps(UUID.randomUUID());
        pair.source("INSERT INTO t SELECT i, repeat('x', 500) FROM generate_series(2, 20000) i");

        assertThat(steps.forecast())
                .containsKeys("copyBytes", "copySeconds", "logBytesPerSecond", "logKeptBytes", "targetBytesFree")
                .extractingByKey("targetBytesNeeded")
                .satisfies(needed -> assertThat((Long) needed).isGreaterThan(10_000_000));
        steps.close();
    }

    @Test
    void theLogKeptIsInTheStatus() {
        try (var move = ready(64L << 30)) {
            await().untilAsserted(() -> assertThat(move.live())
                    .extractingByKey("logKeptBytes")
                    .asString()
                    .contains("source=", "target="));
        }
    }

    private void dropSlots(Pair of) {
        of.source(DROP_SLOTS).target(DROP_SLOTS);
    }

    private static Outcome askInVain(LiveMove move, Verb verb) {
        var asked = move.askWithoutWaiting(verb, Map.of());
        move.start();
        return await().atMost(Duration.ofSeconds(40))
                .until(() -> move.answer(asked), Optional::isPresent)
                .orElseThrow();
    }

    @Test
    void aRunWhoseSlotIsLostIsRolledBack() {
        try (var move = ready(64L << 30)) {
            move.stop();
            dropSlots(pair);
            assertThat(move.start().awaitFailure().code()).isEqualTo("slot-lost");

            move.askWithoutWaiting(Verb.ROLLBACK, Map.of());
            move.start().awaitOver();

            assertThat(pair.atSource().number(TRACES) + pair.atTarget().number(TRACES))
                    .isZero();
            assertThat(pair.atTarget().is("SELECT to_regclass('t') IS NULL")).isTrue();
        }
    }

    @Test
    void aRunWhoseWayBackIsLostIsCompleted() {
        try (var move = ready(64L << 30)) {
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
            move.stop();
            dropSlots(pair);
            assertThat(move.start().awaitFailure().code()).isEqualTo("slot-lost");

            assertThat(askInVain(move, Verb.ROLLBACK))
                    .isInstanceOfSatisfying(
                            Outcome.Refused.class,
                            refused -> assertThat(refused.problem().code()).isEqualTo("way-back-lost"));
            assertThat(askInVain(move, Verb.COMPLETE)).isInstanceOf(Outcome.Done.class);
            // The source is sealed: whoever was there had to leave.
            try (var look = pair.source().open("look")) {
                assertThat(look.number(TRACES)).isZero();
            }
        }
    }
}
