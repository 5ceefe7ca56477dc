package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.move.Conduct;
import godwit.move.Conduct.Mode;
import godwit.move.Conduct.SchemaOrigin;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Moves that end elsewhere than on the target, and moves into tables that people have made. */
@ExtendWith(Servers.class)
class MoveModesTest {
    private static final String TABLES = """
            CREATE TABLE scratch (id int PRIMARY KEY);
            CREATE TABLE groups (id int PRIMARY KEY, name text NOT NULL);
            CREATE TABLE people (id int PRIMARY KEY, place int REFERENCES groups, what varchar(20))""";

    private final Pair pair;

    MoveModesTest(Pair pair) {
        this.pair = pair;
    }

    @BeforeEach
    void create() {
        pair.source(TABLES);
        pair.source("INSERT INTO groups SELECT i, 'g' FROM generate_series(1, 50) AS i");
        pair.source("INSERT INTO people SELECT i, 1 + i % 50, 'p' FROM generate_series(1, 2000) AS i");
    }

    private LiveMove move(Mode mode, SchemaOrigin schema) {
        var usual = Conduct.usual(Specs.spec("any", 2).limits());
        return LiveMove.of(
                pair, "postgres", new Conduct(mode, schema, usual.transport(), usual.largeObjects(), usual.tuning()));
    }

    @Test
    void aFullCopyIsProvenAndOverAndLeavesTheSourceAsItWas() {
        var before = CaseDatabase.catalog(pair.source());
        try (var move = move(Mode.FULL, SchemaOrigin.CREATE).start()) {
            move.awaitPhase(Phase.COMPLETED);
        }

        assertThat(pair.targetRows("SELECT count(*)::text FROM people")).containsExactly("2000");
        assertThat(CaseDatabase.difference(before, CaseDatabase.catalog(pair.source())))
                .isEmpty();
        pair.source("INSERT INTO groups VALUES (99, 'still writable')");
        pair.target("INSERT INTO groups VALUES (99, 'free as well')");
    }

    @Test
    void aTargetThatFollowsWithoutEndNeverGetsTheWrites() {
        try (var move = move(Mode.SYNC, SchemaOrigin.CREATE).start().awaitPhase(Phase.READY)) {
            pair.source("INSERT INTO groups VALUES (100, 'new')");
            await().until(() ->
                    pair.targetRows("SELECT name FROM groups WHERE id = 100").equals(List.of("new")));
            for (var verb : List.of(Verb.SWITCH, Verb.SWITCH_BACK, Verb.COMPLETE)) {
                assertThat(move.ask(verb))
                        .isInstanceOfSatisfying(
                                Outcome.Refused.class,
                                refused -> assertThat(refused.problem().code()).isEqualTo("writes-stay"));
            }
            assertThat(move.ask(Verb.VERIFY)).isInstanceOf(Outcome.Done.class);
            assertThat(move.ask(Verb.ROLLBACK)).isInstanceOf(Outcome.Done.class);
        }
        assertThat(CaseDatabase.traces(pair.source())).isEmpty();
    }

    @Test
    void preparedTablesAreFilledFollowedAndSwitched() {
        pair.target(TABLES);
        try (var move = move(Mode.LIVE, SchemaOrigin.USE).start().awaitPhase(Phase.READY)) {
            pair.source("UPDATE people SET place = 7 WHERE id = 7");

            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);

            pair.target("INSERT INTO people VALUES (3000, 7, 'after')");
            await().until(() -> pair.atSource().is("SELECT count(*) = 1 FROM people WHERE id = 3000"));
        }
    }

    @Test
    void rowsThatCameIntoAPreparedTableAfterTheLookAtItAreKept() {
        pair.target(TABLES);
        try (var move = move(Mode.LIVE, SchemaOrigin.USE).plan()) {
            pair.target("INSERT INTO groups VALUES (7, 'evidence')");

            var problem = move.start().awaitFailure();

            assertThat(problem.code()).isEqualTo("target-table-not-empty");
            assertThat(problem.objects()).containsExactly("public.groups");
        }
        assertThat(pair.targetRows("SELECT name FROM groups")).containsExactly("evidence");
    }

    @Test
    void aRollbackEmptiesPreparedTablesAndLeavesThem() {
        pair.target(TABLES);
        var before = CaseDatabase.catalog(pair.target());
        try (var move = move(Mode.LIVE, SchemaOrigin.USE).start().awaitPhase(Phase.READY)) {
            assertThat(move.ask(Verb.ROLLBACK)).isInstanceOf(Outcome.Done.class);
        }

        assertThat(CaseDatabase.difference(before, CaseDatabase.catalog(pair.target())))
                .isEmpty();
        assertThat(pair.targetRows("SELECT count(*)::text FROM people")).containsExactly("0");
    }

    @Test
    void preparedTablesThatDoNotFitOrAreNotEmptyAreNamedBeforeAnything() {
        pair.target("CREATE TABLE groups (id int PRIMARY KEY, name text); INSERT INTO groups VALUES (1, 'x')");
        try (var steps = move(Mode.LIVE, SchemaOrigin.USE).access().steps(UUID.randomUUID())) {
            var found = steps.check().stream()
                    .filter(Finding::blocks)
                    .map(finding ->
                            finding.problem().code() + " " + finding.problem().objects())
                    .toList();

            assertThat(found).anyMatch(f -> f.startsWith("target-shape-differs") && f.contains("groups.name"));
            assertThat(found).anyMatch(f -> f.startsWith("target-shape-differs") && f.contains("people"));
            assertThat(found).contains("target-table-not-empty [public.groups]");
        }
        assertThat(CaseDatabase.traces(pair.target())).isEmpty();
    }
}
