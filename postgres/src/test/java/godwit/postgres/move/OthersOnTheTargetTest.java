package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.postgres.Database;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.postgres.ledger.PostgresLedger;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What people hang on the tables of a run is theirs: a rollback takes none of it away. */
@ExtendWith(Servers.class)
class OthersOnTheTargetTest {
    private static final Map<String, String> KEEP_TARGET = Map.of("keepTarget", "true");

    private final Pair pair;

    OthersOnTheTargetTest(Pair pair) {
        this.pair = pair.source("""
                CREATE SCHEMA cases; CREATE TYPE cases.kind AS ENUM ('a', 'b'); CREATE DOMAIN cases.mark AS text;
                CREATE FUNCTION cases.next() RETURNS int LANGUAGE sql AS 'SELECT 1';
                CREATE SEQUENCE cases.counter;
                CREATE TABLE cases.t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, of cases.kind, was serial);
                CREATE TABLE cases.p (id int PRIMARY KEY, v text, UNIQUE (id, v)) PARTITION BY RANGE (id);
                """);
        pair.source("CREATE TABLE cases.p_1 PARTITION OF cases.p FOR VALUES FROM (0) TO (10)");
        pair.source("CREATE INDEX ON cases.p (v)");
        pair.source("CREATE VIEW cases.seen AS SELECT id FROM cases.t");
        pair.source("CREATE VIEW cases.by_key AS SELECT id, v FROM cases.p GROUP BY id");
        pair.source("CREATE VIEW cases.by_key_of_part AS SELECT id, v FROM cases.p_1 GROUP BY id");
        pair.source("CREATE EXTENSION citext");
        pair.source("INSERT INTO cases.p VALUES (1, 'a')");
    }

    private LiveMove ready() {
        return LiveMove.of(pair, "postgres", Specs.spec(pair.name(), 1)).start().awaitPhase(Phase.READY);
    }

    private static void assertRefused(Outcome outcome, String... objects) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
            assertThat(refused.problem().code()).isEqualTo("others-depend");
            assertThat(refused.problem().objects()).containsExactly(objects);
        });
    }

    /**
     * What somebody makes, and how they free the run's objects of it again.
     *
     * @param object its name, by which a rollback is refused
     */
    private record Hung(String object, String make, String free) {}

    private static final List<Hung> HUNG = List.of(
            new Hung(
                    "cases.p_9",
                    "CREATE TABLE cases.p_9 PARTITION OF cases.p FOR VALUES FROM (90) TO (99)",
                    "DROP TABLE cases.p_9"),
            new Hung(
                    "public.p_9",
                    "CREATE TABLE p_9 PARTITION OF cases.p FOR VALUES FROM (90) TO (99)",
                    "ALTER TABLE cases.p DETACH PARTITION p_9"),
            new Hung(
                    "cases.notes", "CREATE TABLE cases.notes (what text)", "ALTER TABLE cases.notes SET SCHEMA public"),
            new Hung("public.child", "CREATE TABLE child () INHERITS (cases.t)", "DROP TABLE child"),
            new Hung("public.typed", "CREATE TABLE typed (id int, of cases.kind)", "ALTER TABLE typed DROP COLUMN of"),
            new Hung(
                    "public.lists", "CREATE TABLE lists (id int, of cases.mark[])", "ALTER TABLE lists DROP COLUMN of"),
            new Hung("public.whole", "CREATE TABLE whole (was cases.t)", "DROP TABLE whole"),
            new Hung("public.filled", "CREATE TABLE filled (id int DEFAULT cases.next())", "DROP TABLE filled"),
            new Hung(
                    "public.counted",
                    "CREATE TABLE counted (id int DEFAULT nextval('cases.counter'))",
                    "DROP TABLE counted"),
            new Hung("public.folded", "CREATE TABLE folded (id int, name citext)", "DROP TABLE folded"),
            new Hung("public.points", "CREATE TABLE points (id int REFERENCES cases.t)", "DROP TABLE points"),
            new Hung(
                    "public.look",
                    "CREATE MATERIALIZED VIEW look AS SELECT id FROM cases.seen",
                    "DROP MATERIALIZED VIEW look"));

    @Test
    void whatHoldsRowsIsNamedBeforeAnythingIsTakenAway() {
        try (var move = ready()) {
            for (var hung : HUNG) {
                pair.target(hung.make());
                assertRefused(move.ask(Verb.ROLLBACK), hung.object());
                pair.target(hung.free());
            }

            assertThat(move.phase()).isEqualTo(Phase.READY);
            assertThat(pair.targetRows("SELECT v FROM cases.p")).containsExactly("a");
            assertThat(move.ask(Verb.ROLLBACK)).isInstanceOf(Outcome.Done.class);
        }
        assertThat(CaseDatabase.traces(pair.target())).isEmpty();
        assertThat(
                        pair.targetRows(
                                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"))
                .containsExactly("lists", "notes", "p_9", "typed");
        assertThat(pair.atTarget().is("SELECT to_regnamespace('cases') IS NULL"))
                .isTrue();
    }

    @Test
    void aTemporaryTableOfATypeThatGoesIsNamed() {
        try (var move = ready();
                var somebody = new Database(pair.target()::endpoint).open("somebody")) {
            somebody.execute("CREATE TEMPORARY TABLE godwit_mine (of cases.kind)");
            var place = somebody.text("SELECT pg_my_temp_schema()::regnamespace::text");

            assertRefused(move.ask(Verb.ROLLBACK), place + ".godwit_mine");

            somebody.execute("DROP TABLE godwit_mine");
            assertThat(move.ask(Verb.ROLLBACK)).isInstanceOf(Outcome.Done.class);
        }
    }

    /** A worker of an older Godwit may go on writing when the ledger is a newer one's already. */
    @Test
    void statementsOfAnOlderGodwitTakeNothingAlongEither() {
        var run = UUID.randomUUID();
        var ledger = new PostgresLedger(pair.atTarget());
        ledger.create();
        ledger.begin(run, "older", "");
        pair.target("CREATE TABLE made (id int); CREATE VIEW theirs AS SELECT id FROM made");
        pair.atTarget()
                .execute(
                        "INSERT INTO godwit.made (run, kind, identity, undo) VALUES (?, 'table', 'public.made', ?)",
                        run,
                        "DROP TABLE IF EXISTS public.made CASCADE");

        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> new Made(run).undo(pair.atTarget()))
                .satisfies(e -> assertThat(e.problem().objects()).containsExactly("public.theirs"));

        assertThat(pair.atTarget().is("SELECT to_regclass('public.theirs') IS NOT NULL"))
                .isTrue();
    }

    /** What goes on is not ended for a rollback that is refused: a copy of days would begin again. */
    @Test
    void aRefusedRollbackLeavesTheCopyAlone() {
        pair.source("CREATE TABLE big (id int PRIMARY KEY, v text)");
        pair.source("INSERT INTO big SELECT i, repeat('x', 100) FROM generate_series(1, 20000) i");
        try (var move =
                LiveMove.of(pair, "postgres", Specs.spec(pair.name(), 1)).plan()) {
            new PostgresLedger(pair.atTarget()).steer(move.run(), Map.of("throttle.rowsPerSecond", "3000"), "test");
            move.start().awaitPhase(Phase.FILLING);
            await().until(() -> pair.atTarget().is("SELECT to_regclass('cases.seen') IS NOT NULL"));
            pair.target("CREATE VIEW look AS SELECT id FROM cases.t");

            assertRefused(move.ask(Verb.ROLLBACK), "public.look");

            move.awaitPhase(Phase.READY);
            assertThat(move.lastFailure()).isEqualTo("none");
        }
    }

    @Test
    void aSwitchedRunDoesNotGoBackForARollbackThatCouldNotEnd() {
        try (var move = ready()) {
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
            pair.target("CREATE VIEW look AS SELECT id FROM cases.t");

            assertRefused(move.ask(Verb.ROLLBACK), "public.look");

            assertThat(move.phase()).isEqualTo(Phase.SWITCHED);
            assertThat(move.ask(Verb.ROLLBACK, KEEP_TARGET)).isInstanceOf(Outcome.Done.class);
        }
        assertThat(pair.atTarget().is("SELECT to_regclass('public.look') IS NOT NULL"))
                .isTrue();
    }

    /** What no look beforehand finds, the server itself does; and what was found then may have come since. */
    @Test
    void aRemovalStopsAtWhatOthersHaveAndGoesOnLater() {
        try (var move = ready()) {
            pair.target("CREATE FUNCTION shown(cases.p) RETURNS int LANGUAGE sql AS 'SELECT 1'");
            var asked = move.askWithoutWaiting(Verb.ROLLBACK);

            assertThat(move.awaitFailure().code()).isEqualTo("others-depend");
            assertThat(move.answer(asked)).hasValueSatisfying(answer -> assertRefused(answer, "table cases.p"));

            assertThat(move.phase()).isEqualTo(Phase.ROLLING_BACK);
            pair.target("CREATE TABLE p_9 PARTITION OF cases.p FOR VALUES FROM (90) TO (99)");
            pair.target("DROP FUNCTION shown(cases.p)");
            assertThat(move.start().awaitFailure().objects()).isEqualTo(List.of("public.p_9"));

            pair.target("ALTER TABLE cases.p DETACH PARTITION p_9");
            move.start().awaitOver();
        }
        assertThat(CaseDatabase.traces(pair.target())).isEmpty();
        assertThat(pair.atTarget().is("SELECT to_regclass('public.p_9') IS NOT NULL"))
                .isTrue();
        assertThat(pair.atTarget().is("SELECT to_regnamespace('cases') IS NULL"))
                .isTrue();
    }

    @Test
    void aRemovalThatWasStoppedCanKeepWhatIsLeft() {
        try (var move = ready()) {
            pair.target("CREATE FUNCTION shown(cases.p) RETURNS int LANGUAGE sql AS 'SELECT 1'");
            var unused = move.askWithoutWaiting(Verb.ROLLBACK);
            assertThat(move.awaitFailure().code()).isEqualTo("others-depend");

            var again = move.askWithoutWaiting(Verb.ROLLBACK, KEEP_TARGET);
            move.start().awaitOver();
            assertThat(again).isNotEqualTo(unused);
        }
        assertThat(CaseDatabase.traces(pair.target())).isEmpty();
        assertThat(pair.atTarget().is("SELECT to_regclass('cases.p') IS NOT NULL"))
                .isTrue();
    }
}
