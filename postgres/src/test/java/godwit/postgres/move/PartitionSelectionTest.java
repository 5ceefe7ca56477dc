package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.move.MoveSpec.TableSelection;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import godwit.schema.TableName;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Partitioned tables that a move takes or leaves by the name of one of them. */
@ExtendWith(Servers.class)
class PartitionSelectionTest {
    private static final String TABLES = """
            CREATE SCHEMA parts;
            CREATE TABLE events (id int, day date, what text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
            CREATE TABLE parts.old PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
            CREATE TABLE parts.new PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2030-01-01')
              PARTITION BY RANGE (day);
            CREATE TABLE parts.new_20 PARTITION OF parts.new FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
            CREATE TABLE parts.new_21 PARTITION OF parts.new FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
            CREATE INDEX events_what ON events (what);
            CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (v int PRIMARY KEY) INHERITS (parent);
            INSERT INTO events SELECT i, '2019-06-01'::date + i, 'w' FROM generate_series(1, 900) i;
            INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 2)""";

    private final Pair pair;

    PartitionSelectionTest(Pair pair) {
        this.pair = pair.source(TABLES);
    }

    private LiveMove move(List<TableName> include, List<TableName> exclude) {
        var tables = new TableSelection(include, exclude);
        return LiveMove.of(pair, "postgres", LiveMove.selecting(Specs.spec(pair.name(), 2), tables, Map.of()));
    }

    private static TableName table(String name) {
        return TableName.of("public", name);
    }

    private List<String> tablesOnTarget() {
        return pair.targetRows(
                "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
                        + " WHERE relkind IN ('r', 'p') AND nspname IN ('public', 'parts') ORDER BY 1");
    }

    private static void assertDone(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void aPartitionedTableThatIsIncludedTakesAllBelowItAndANewPartitionIsNoticed() {
        try (var move = move(List.of(table("events"), table("parent")), List.of())
                .start()
                .awaitPhase(Phase.READY)) {
            pair.source("UPDATE events SET day = day + 30 WHERE id % 3 = 0 AND id < 800");
            assertDone(move.ask(Verb.VERIFY));
            assertThat(tablesOnTarget())
                    .containsExactly("events", "parent", "parts.new", "parts.new_20", "parts.new_21", "parts.old");
            assertThat(pair.atTarget().number("SELECT count(*) FROM events")).isEqualTo(900);

            pair.source(
                    "CREATE TABLE parts.new_22 PARTITION OF parts.new FOR VALUES FROM ('2022-01-01') TO ('2023-01-01')");

            assertThat(move.awaitFailure())
                    .matches(p -> p.code().equals("source-schema-changed"))
                    .matches(p -> p.objects().contains("table parts.new_22"));
        }
    }

    @Test
    void aPartitionedTableThatIsExcludedLeavesAllBelowItAndANewPartitionIsNobodysConcern() {
        try (var move = move(List.of(), List.of(table("events"))).start().awaitPhase(Phase.READY)) {
            pair.source(
                    "CREATE TABLE parts.new_22 PARTITION OF parts.new FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');"
                            + " INSERT INTO events VALUES (1000, '2022-02-02', 'x'); INSERT INTO child VALUES (3, 3)");

            assertDone(move.ask(Verb.SWITCH));

            assertThat(tablesOnTarget()).containsExactly("child", "parent");
            pair.source("UPDATE events SET what = 'not fenced'");
        }
    }

    @Test
    void aPartitionThatIsExcludedStaysBehindAloneAndTheTargetRefusesItsRows() {
        try (var move =
                move(List.of(), List.of(TableName.of("parts", "old"))).start().awaitPhase(Phase.READY)) {
            pair.source(
                    "UPDATE events SET day = '2019-01-01' WHERE id = 500; UPDATE events SET day = '2021-01-01' WHERE id = 1");
            assertDone(move.ask(Verb.VERIFY));
            assertDone(move.ask(Verb.SWITCH));
            pair.target("UPDATE events SET what = 'target' WHERE id = 600");
            assertDone(move.ask(Verb.SWITCH_BACK));

            assertThat(tablesOnTarget())
                    .containsExactly("child", "events", "parent", "parts.new", "parts.new_20", "parts.new_21");
            assertThat(pair.targetRows("SELECT e::text FROM events e ORDER BY 1"))
                    .isEqualTo(pair.atSource()
                            .query("SELECT e::text FROM parts.new e ORDER BY 1", row -> row.getString(1)))
                    .contains("(1,2021-01-01,w)");
            assertThat(pair.atTarget().is("SELECT indisvalid FROM pg_index WHERE indexrelid = 'events_what'::regclass"))
                    .isTrue();
        }
    }
}
