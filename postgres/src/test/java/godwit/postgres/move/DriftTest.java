package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.postgres.ledger.PostgresLedger;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Servers.class)
class DriftTest {
    private static final String SCHEMA = """
            CREATE TABLE t (id int PRIMARY KEY, a text, b int); CREATE INDEX t_a ON t (a);
            CREATE TABLE p (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
            CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
            CREATE TABLE p2 (LIKE p INCLUDING ALL); CREATE VIEW v AS SELECT a FROM t;
            CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TYPE mood AS ENUM ('low', 'high');
            CREATE SEQUENCE s; CREATE MATERIALIZED VIEW m AS SELECT b FROM t; CREATE TABLE scratch (x int)""";

    private final Pair pair;
    private final MoveContext context;
    private final Drift drift;

    DriftTest(Pair pair) {
        this.pair = pair.both(SCHEMA);
        this.context = new MoveContext(
                UUID.randomUUID(), LiveMove.withoutScratch(Specs.spec(pair.name(), 1)), pair.source(), pair.target());
        this.drift = new Drift(context);
        new PostgresLedger(pair.atTarget()).create();
        drift.begin();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ALTER TABLE t ADD c int                   | column public.t.c        | ALTER TABLE t DROP c
            ALTER TABLE t ALTER b SET DEFAULT 3       | column public.t.b        | ALTER TABLE t ALTER b DROP DEFAULT
            DROP INDEX t_a                            | index public.t_a         | CREATE INDEX t_a ON t (a)
            CREATE TABLE late (id int PRIMARY KEY)    | table public.late        | DROP TABLE late
            ALTER TABLE p DETACH PARTITION p1         | table public.p1          | ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
            ALTER TABLE p ATTACH PARTITION p2 DEFAULT | table public.p2          | ALTER TABLE p DETACH PARTITION p2
            CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 2' | routine public.g() | DROP FUNCTION g()
            ALTER TABLE t ADD CONSTRAINT k CHECK (b > 0) | constraint public.t k | ALTER TABLE t DROP CONSTRAINT k
            CREATE OR REPLACE VIEW v AS SELECT a, b FROM t | column public.v.b   | DROP VIEW v; CREATE VIEW v AS SELECT a FROM t
            GRANT SELECT ON t TO pg_monitor           | privileges table public.t | REVOKE SELECT ON t FROM pg_monitor
            GRANT SELECT (a) ON t TO pg_monitor       | privileges column public.t.a | REVOKE SELECT (a) ON t FROM pg_monitor
            ALTER TABLE t SET (fillfactor = 80)       | settings public.t        | ALTER TABLE t RESET (fillfactor)
            ALTER TABLE t ENABLE ROW LEVEL SECURITY   | table public.t           | ALTER TABLE t DISABLE ROW LEVEL SECURITY
            ALTER SEQUENCE s INCREMENT 2              | sequence public.s        | ALTER SEQUENCE s INCREMENT 1
            """)
    void aChangeOfTheSourcesSchemaIsNamed(String change, String object, String undo) {
        pair.source(change);

        assertThatThrownBy(drift::requireNone).isInstanceOfSatisfying(GodwitException.class, e -> {
            assertThat(e.problem().code()).isEqualTo("source-schema-changed");
            assertThat(e.problem().objects()).contains(object);
        });
        if (!undo.contains("VIEW")) {
            pair.source(undo);
            assertThatCode(drift::requireNone).doesNotThrowAnyException();
        }
    }

    @Test
    void anotherWorkerKnowsWhatTheMoveBeganWith() {
        pair.source("ALTER TYPE mood ADD VALUE 'mad'");

        assertThatThrownBy(new Drift(context)::requireNone).hasMessageContaining("type public.mood");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TRUNCATE t",
                "VACUUM FULL t",
                "CLUSTER t USING t_pkey",
                "ANALYZE",
                "REINDEX INDEX CONCURRENTLY t_a",
                "REFRESH MATERIALIZED VIEW m",
                "SELECT nextval('s')",
                "CREATE TEMP TABLE mine (id int)",
                "ALTER TABLE scratch ADD y int",
                "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"
            })
    void whatIsNoChangeOfTheSchemaIsNone(String statement) {
        pair.source(statement);

        assertThatCode(drift::requireNone).doesNotThrowAnyException();
    }

    @Test
    void aChangeThatIsMadeOnBothSidesIsTakenOver() {
        pair.both("CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 2'; DROP INDEX t_a;"
                + " GRANT SELECT, UPDATE ON t TO pg_monitor; GRANT SELECT (b) ON t TO pg_monitor;"
                + " ALTER TABLE t SET (fillfactor = 70); REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC");

        assertThatCode(drift::requireNone).doesNotThrowAnyException();
        assertThatCode(new Drift(context)::requireNone).doesNotThrowAnyException();
    }

    /** An older Godwit began the run, which noted rights and settings with the tables themselves. */
    @Test
    void aShapeThatAnOlderGodwitNotedIsGoneOnWith() {
        pair.target(
                "DELETE FROM godwit.shape WHERE kind IN ('privileges', 'settings'); UPDATE godwit.shape SET exact = 'older'");

        assertThatCode(new Drift(context)::requireNone).doesNotThrowAnyException();

        pair.source("ALTER TABLE t ADD c int");
        assertThatThrownBy(new Drift(context)::requireNone).hasMessageContaining("public.t.c");
    }

    @Test
    void aColumnThatIsAddedOnBothSidesIsNotTakenOver() {
        pair.both("ALTER TABLE t ADD c int");

        assertThatThrownBy(drift::requireNone).hasMessageContaining("public.t.c");
    }

    @Test
    void underTheFenceAChangeSinceJustBeforeIsRefused() {
        var underFence = new UnderFence(context);
        try (var losing = pair.source().open("test");
                var gaining = pair.target().open("test")) {
            var unlike = new Surroundings(context);
            underFence.prepare(losing);
            pair.source("CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 2'");

            assertThat(unlike.differences(Side.SOURCE)).isEmpty();
            assertThatThrownBy(() -> underFence.require(losing, gaining, Side.SOURCE))
                    .isInstanceOfSatisfying(
                            GodwitException.class,
                            e -> assertThat(e.problem().code()).isIn("source-schema-changed", "tables-not-followed"));
        }
    }
}
