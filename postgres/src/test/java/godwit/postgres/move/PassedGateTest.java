package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Stopping;
import godwit.run.Verb;
import godwit.traffic.Cutover;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no gate and no fence holds is found: the writes stay where they are, or the run does not end, until it is gone. */
@ExtendWith(Servers.class)
class PassedGateTest {
    private final Pair pair;
    private final LiveMove move;
    private final Session other;

    PassedGateTest(Pair pair) {
        this.pair = pair.source("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a');"
                + " CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);"
                + " CREATE SEQUENCE near MAXVALUE 100; SELECT setval('near', 90)");
        this.move = LiveMove.of(pair, "postgres", Specs.spec(pair.name(), 1))
                .start()
                .awaitPhase(Phase.READY);
        this.other = Pair.application(pair.source());
    }

    @AfterEach
    void close() {
        other.close();
        move.close();
    }

    private static void assertRefused(Outcome outcome, String code) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo(code));
    }

    private void assertDone(Verb verb) {
        assertThat(move.ask(verb)).isInstanceOf(Outcome.Done.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE made AS SELECT 1 AS id",
                "CREATE TABLE p_1 (id int PRIMARY KEY); INSERT INTO p_1 VALUES (1);"
                        + " ALTER TABLE p ATTACH PARTITION p_1 FOR VALUES FROM (0) TO (9)",
                "ALTER TABLE t DISABLE TRIGGER USER; INSERT INTO t VALUES (2, 'unseen'); ALTER TABLE t ENABLE TRIGGER USER",
                "ALTER TABLE t ALTER v TYPE text USING v || 'x'"
            })
    void aSchemaThatIsBeingChangedKeepsTheWrites(String change) {
        move.stop();
        try (var steps = move.access().steps(move.run())) {
            steps.follow();
            assertThat(steps.verify(UUID.randomUUID(), "before switch", Stopping.never())
                            .isEqual())
                    .isTrue();
            var interposed = new Interposed(steps.cutover()).after("advanceSequences", () -> {
                other.begin();
                other.execute(change);
            });

            assertThatThrownBy(
                            () -> new Cutover(interposed, System::nanoTime, () -> {}).run(Side.SOURCE, steps.journal()))
                    .isInstanceOfSatisfying(GodwitException.class, e -> {
                        assertThat(e.problem().code()).isEqualTo("schema-changing");
                        assertThat(e.problem().pids()).containsExactly(other.pid());
                    });
            other.rollback();
            assertThat(pair.atSource().execute("UPDATE t SET v = 'on'")).isOne();
        }
    }

    @Test
    void whatMakesTemporaryTablesDoesNotAndAnOpenChangeIsNamedBeforehand() {
        other.begin();
        other.execute("CREATE TABLE made (id int)");
        assertThat(move.ask(Verb.SWITCH)).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
            assertThat(refused.problem().code()).isEqualTo("schema-changing");
            assertThat(refused.problem().pids()).containsExactly(other.pid());
        });
        other.rollback();
        other.begin();
        other.execute("CREATE TEMP TABLE brief AS SELECT * FROM t");

        assertDone(Verb.SWITCH);

        other.rollback();
        assertThat(pair.atTarget().number("SELECT nextval('near')")).isBetween(91L, 96L);
    }

    @Test
    void aGateThatIsOffKeepsTheWrites() {
        pair.source("ALTER TABLE t DISABLE TRIGGER USER; ALTER TABLE t ENABLE TRIGGER USER");
        assertThat(move.ask(Verb.SWITCH)).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
            assertThat(refused.problem().code()).isEqualTo("gate-open");
            assertThat(refused.problem().objects()).containsExactly("public.t");
        });

        var trigger = pair.atSource().text("SELECT tgname FROM pg_trigger WHERE tgname ~ '^godwit_gate' LIMIT 1");
        pair.source("ALTER TABLE t ENABLE ALWAYS TRIGGER " + trigger);

        assertDone(Verb.SWITCH);
    }

    /** Writes would move, and no way would lead back, not even the automatic one. */
    @Test
    void aGateThatIsOffOnTheTargetKeepsTheWritesTooUntilTheyCanComeBack() {
        var trigger = pair.atTarget().text("SELECT tgname FROM pg_trigger WHERE tgname ~ '^godwit_gate' LIMIT 1");
        pair.target("ALTER TABLE t DISABLE TRIGGER ALL; ALTER TABLE t ENABLE TRIGGER ALL");
        assertRefused(move.ask(Verb.SWITCH), "gate-open");

        pair.target("ALTER TABLE t ENABLE ALWAYS TRIGGER " + trigger);

        assertDone(Verb.SWITCH);
    }

    @Test
    void writesDoNotGoWhereTheyWouldBeRefused() {
        assertDone(Verb.SWITCH);
        pair.source("ALTER DATABASE " + pair.name() + " SET default_transaction_read_only = on");
        assertRefused(move.ask(Verb.SWITCH_BACK), "side-read-only");

        pair.source("SET default_transaction_read_only = off; ALTER DATABASE " + pair.name()
                + " RESET default_transaction_read_only");

        assertDone(Verb.SWITCH_BACK);
    }

    @Test
    void tablesThatAreMadeOnTheSourceAfterTheSwitchAreNotLeftThereUnseen() {
        assertDone(Verb.SWITCH);
        pair.source("CREATE TABLE made AS SELECT 'evidence' AS what");

        assertRefused(move.ask(Verb.COMPLETE), "tables-not-followed");

        pair.source("DROP TABLE made");
        assertDone(Verb.COMPLETE);
    }

    /** As one does that was replaced by a standby which lacked the last commits. */
    @Test
    void aSourceThatLostTheDecisionIsShutAgain() {
        assertDone(Verb.SWITCH);
        move.stop();
        pair.source("SELECT setval(oid::regclass, 2) FROM pg_class WHERE relname ~ '^epoch_'");
        pair.source("UPDATE t SET v = 'lost'");

        move.start();

        await().untilAsserted(() -> assertThatThrownBy(() -> pair.source("UPDATE t SET v = 'again'"))
                .hasMessageContaining("25006"));
        pair.target("UPDATE t SET v = 'here'");
        assertThat(move.phase()).isEqualTo(Phase.SWITCHED);
        assertRefused(move.ask(Verb.COMPLETE), "foreign-writers");
    }

    @Test
    void aRoleWhoseDefaultWinsOverTheSealKeepsTheGate() {
        pair.role("writer", "LOGIN");
        pair.source("GRANT ALL ON t TO writer; ALTER ROLE writer IN DATABASE " + pair.name()
                + " SET default_transaction_read_only = 'f'");
        assertDone(Verb.SWITCH);

        assertThat(move.ask(Verb.COMPLETE))
                .isInstanceOfSatisfying(
                        Outcome.Done.class,
                        done -> assertThat(done.result().toString()).contains("sealed=false", "gateStays=true"));

        try (var late = Pair.at(pair.sourceServer().url(pair.name()).replace("postgres@", "writer@"))
                .open("late")) {
            assertThatThrownBy(() -> late.execute("UPDATE public.t SET v = 'late'"))
                    .hasMessageContaining("25006");
        }
    }
}
