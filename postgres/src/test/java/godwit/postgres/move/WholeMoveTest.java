package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.gate.Gate;
import godwit.postgres.ledger.PostgresLedger;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Servers.class)
class WholeMoveTest {
    private final Pair pair;

    WholeMoveTest(Pair pair) {
        this.pair = pair;
    }

    private static void assertDone(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "mover"})
    void aDatabaseInUseMovesThereAndBackAndForGood(String role) {
        CaseDatabase.create(pair, role);
        watch();
        var before = CaseDatabase.catalog(pair.source());
        try (var clients = CaseClients.begin(pair);
                var move = LiveMove.of(pair, role).start().awaitPhase(Phase.READY)) {
            clients.awaitMore(50);
            assertDone(move.ask(Verb.VERIFY));
            assertDone(move.ask(Verb.SWITCH));
            clients.awaitMore(100);
            clients.assertInStep(pair.atTarget());
            assertDone(move.ask(Verb.SWITCH_BACK));
            clients.awaitMore(100);
            clients.assertInStep(pair.atSource());
            assertDone(move.ask(Verb.SWITCH));
            clients.awaitMore(100);
            clients.assertInStep(pair.atTarget());
            assertDone(move.ask(Verb.COMPLETE));
            clients.awaitMore(50);
        }
        // A role that is no superuser may not end a superuser's session, which this test has: then the gate stays.
        assertThatThrownBy(() -> pair.source("DELETE FROM tags")).isInstanceOf(GodwitException.class);
        assertThat(CaseDatabase.traces(pair.source()).isEmpty()).isEqualTo(role.equals("postgres"));
        assertThat(
                        pair.targetRows(
                                "SELECT evtname || ' of ' || evtowner::regrole FROM pg_event_trigger WHERE evtname = 'watching'"))
                .isEqualTo(role.equals("postgres") ? List.of("watching of postgres") : List.of());
        assertThat(CaseDatabase.difference(withoutScratch(before), CaseDatabase.catalog(pair.target())))
                .filteredOn(line -> !line.contains("godwit"))
                .isEmpty();
    }

    @Test
    void aRollbackThatKeepsTheTargetLeavesItsTablesAndNothingElse() {
        CaseDatabase.create(pair, "postgres");
        var before = CaseDatabase.catalog(pair.source());
        try (var move = LiveMove.of(pair, "postgres").start().awaitPhase(Phase.READY)) {
            assertDone(move.ask(Verb.ROLLBACK, Map.of("keepTarget", "true")));
        }

        assertThat(CaseDatabase.difference(before, CaseDatabase.catalog(pair.source())))
                .isEmpty();
        assertThat(CaseDatabase.traces(pair.source())).isEmpty();
        assertThat(CaseDatabase.traces(pair.target())).isEmpty();
        var tags = "SELECT count(*) FROM tags";
        assertThat(pair.targetRows(tags))
                .containsExactly(String.valueOf(pair.atSource().number(tags)))
                .isNotEqualTo(List.of("0"));
        pair.target("DELETE FROM tags");
    }

    @Test
    void aCompletedMoveLeavesTheSourceWritableIfThatIsAskedFor() {
        CaseDatabase.create(pair, "postgres");
        try (var move = LiveMove.of(pair, "postgres").start().awaitPhase(Phase.READY)) {
            assertDone(move.ask(Verb.SWITCH));
            assertThatThrownBy(() -> pair.source("DELETE FROM tags")).isInstanceOf(GodwitException.class);
            assertDone(move.ask(Verb.COMPLETE, Map.of("leaveWritable", "true")));
        }

        assertThat(CaseDatabase.traces(pair.source())).isEmpty();
        pair.source("DELETE FROM tags");
        assertThat(pair.targetRows("SELECT count(*) FROM tags")).isNotEqualTo(List.of("0"));
    }

    /** An event trigger of a superuser's, which a role that is none can neither alter nor make. */
    private void watch() {
        pair.source("CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN END$$");
        pair.source("ALTER FUNCTION watch() OWNER TO mover");
        pair.source("CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION watch()");
    }

    private static List<String> withoutScratch(List<String> catalog) {
        return catalog.stream().filter(line -> !line.contains("scratch")).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE late (id int PRIMARY KEY)",
                "CREATE TABLE events_c PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')",
                "ALTER TABLE tags RENAME TO old_tags; CREATE TABLE tags (id bigint PRIMARY KEY, what text)"
            })
    void aTableThatCameAfterTheStartKeepsTheWritesWhereTheyAre(String change) {
        CaseDatabase.create(pair, "postgres");
        try (var move = LiveMove.of(pair, "postgres").start().awaitPhase(Phase.READY)) {
            pair.source(change);

            assertThat(move.ask(Verb.SWITCH))
                    .isInstanceOfSatisfying(
                            Outcome.Refused.class,
                            refused -> assertThat(refused.problem().code()).isEqualTo("tables-not-followed"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EXPANDING", "FILLING", "FOLLOWING", "READY", "SWITCHED"})
    void aRollbackLeavesBothSidesAsTheyWere(Phase phase) {
        CaseDatabase.create(pair, "postgres");
        var source = CaseDatabase.catalog(pair.source());
        var target = CaseDatabase.catalog(pair.target());
        try (var clients = CaseClients.begin(pair);
                var move = LiveMove.of(pair, "postgres").start()) {
            if (phase == Phase.SWITCHED) {
                assertDone(move.awaitPhase(Phase.READY).ask(Verb.SWITCH));
            }
            await().pollInterval(Duration.ofMillis(2))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> move.phase().compareTo(phase) >= 0);

            assertDone(move.ask(Verb.ROLLBACK));

            clients.awaitMore(50);
            clients.rest();
        }
        assertThat(CaseDatabase.difference(source, CaseDatabase.catalog(pair.source())))
                .isEmpty();
        assertThat(CaseDatabase.difference(target, CaseDatabase.catalog(pair.target())))
                .isEmpty();
    }

    /** The source was the target of a move that is over, and the target is the source of another. */
    @Test
    void whatOtherRunsHaveInEitherDatabaseStays() {
        var other = UUID.randomUUID();
        pair.source("CREATE TABLE scratch (); CREATE TABLE t (id int PRIMARY KEY)");
        var ledger = new PostgresLedger(pair.atSource());
        ledger.create();
        ledger.begin(other, "before", "");
        new Gate(other, Side.SOURCE).create(pair.atTarget(), "nobody", 1);
        try (var move = LiveMove.of(pair, "postgres").start().awaitPhase(Phase.READY)) {
            assertDone(move.ask(Verb.ROLLBACK));
        }

        assertThat(ledger.find("before")).isPresent();
        assertThat(new Gate(other, Side.SOURCE).epoch(pair.atTarget())).isPresent();
        assertThat(pair.atTarget().number("SELECT count(*) FROM godwit.run")).isZero();
    }

    @Test
    void aTargetThatIsReadyHasBeenAnalysedAsAWhole() {
        pair.source("""
                CREATE TABLE scratch (); CREATE TABLE plain (id int PRIMARY KEY); INSERT INTO plain SELECT generate_series(1, 500);
                CREATE TABLE parted (id int, at int, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
                CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
                CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (id);
                CREATE TABLE parted_2a PARTITION OF parted_2 DEFAULT;
                INSERT INTO parted SELECT i, i % 20 FROM generate_series(1, 500) i;
                CREATE MATERIALIZED VIEW m AS SELECT id, at FROM parted;
                CREATE MATERIALIZED VIEW empty_m AS SELECT id FROM plain WITH NO DATA""");
        try (var move = LiveMove.of(pair, "postgres").start()) {
            move.awaitPhase(Phase.READY);

            assertThat(pair.targetRows(
                            "SELECT DISTINCT tablename || inherited FROM pg_stats WHERE schemaname = 'public'"
                                    + " ORDER BY 1"))
                    .containsExactly(
                            "mfalse", "parted_1false", "parted_2afalse", "parted_2true", "partedtrue", "plainfalse");
            assertThat(pair.targetRows("SELECT relname FROM pg_stat_user_tables WHERE analyze_count > 1"))
                    .as("analysed more than once")
                    .isEmpty();
        }
    }

    @Test
    void aRowThatWasMissingKeepsTheWritesWhereTheyAreUntilSomebodyHasLooked() {
        pair.source(
                "CREATE TABLE scratch (); CREATE TABLE m (id int PRIMARY KEY, v int); INSERT INTO m SELECT i, i FROM generate_series(1, 9) i");
        try (var move = LiveMove.of(pair, "postgres").start().awaitPhase(Phase.READY)) {
            pair.target("SELECT set_config('godwit.exempt', left(id::text, 8), false) FROM godwit.run;"
                    + " DELETE FROM m WHERE id = 1; SELECT set_config('godwit.exempt', '', false)");
            pair.source("UPDATE m SET v = 0 WHERE id = 1");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> pair.atTarget().is("SELECT count(*) > 0 FROM m WHERE v = 0"));

            assertThat(move.ask(Verb.SWITCH))
                    .isInstanceOfSatisfying(
                            Outcome.Refused.class,
                            refused ->
                                    assertThat(refused.problem().message()).contains("1 rows that the stream changed"));
            assertDone(move.ask(Verb.VERIFY));
            assertDone(move.ask(Verb.SWITCH));
        }
    }
}
