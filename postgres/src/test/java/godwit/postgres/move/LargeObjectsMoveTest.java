package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.move.MoveSpec;
import godwit.move.SwitchSpec;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import godwit.schema.TableName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whole moves of databases with large objects. */
@ExtendWith(Servers.class)
class LargeObjectsMoveTest {
    private static final String SCHEMA = """
            CREATE TABLE scratch (); CREATE TABLE files (id int PRIMARY KEY, content oid);
            INSERT INTO files VALUES (1, lo_from_bytea(70001, 'first')), (2, lo_from_bytea(70002, 'second')),
              (3, lo_from_bytea(70003, 'third'))""";

    private static final String CONTENTS = """
            SELECT oid || ' ' || convert_from(lo_get(oid), 'UTF8') FROM pg_largeobject_metadata ORDER BY oid""";

    private final Pair pair;

    LargeObjectsMoveTest(Pair pair) {
        this.pair = pair.source(SCHEMA);
    }

    private LiveMove move() {
        return LiveMove.of(pair, "postgres");
    }

    private static List<String> contents(Session session) {
        return session.query(CONTENTS, row -> row.getString(1));
    }

    private static Map<String, Object> done(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        return ((Outcome.Done) outcome).result();
    }

    private static void refuses(Outcome outcome, String code, String... objects) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
            assertThat(refused.problem().code()).isEqualTo(code);
            assertThat(refused.problem().objects()).contains(objects);
        });
    }

    @Test
    void objectsGoThereAndBackWithAllThatWasWrittenMeanwhile() {
        try (var move = move().start().awaitPhase(Phase.READY)) {
            pair.source("SELECT lo_put(70001, 0, 'FIRST'), lo_unlink(70002), lo_from_bytea(70004, 'during')");
            assertThat(done(move.ask(Verb.SWITCH, Map.of("dryRun", "true")))).containsKey("predictedPauseMillis");
            assertThat(contents(pair.atTarget()))
                    .as("a dry run copies nothing")
                    .containsExactly("70001 first", "70002 second", "70003 third");
            pair.source("SELECT lo_put(70003, 0, 'THIRD')");

            done(move.ask(Verb.SWITCH));

            assertThat(contents(pair.atTarget())).containsExactly("70001 FIRST", "70003 THIRD", "70004 during");
            pair.target("UPDATE files SET content = lo_from_bytea(70005, 'new') WHERE id = 2;"
                    + " SELECT lo_put(70004, 0, 'target'), lo_unlink(70003)");

            assertThat(done(move.ask(Verb.VERIFY)))
                    .extractingByKey("largeObjects")
                    .asString()
                    .contains("compared=3", "copied=2", "unlinked=1", "differing=0");
            assertThat(contents(pair.atSource())).containsExactly("70001 FIRST", "70004 target", "70005 new");
            pair.target("SELECT lo_put(70005, 0, 'NEW')");
            done(move.ask(Verb.SWITCH_BACK));
            assertThat(contents(pair.atSource())).containsExactly("70001 FIRST", "70004 target", "70005 NEW");

            done(move.ask(Verb.ROLLBACK));
        }
        assertThat(contents(pair.atTarget())).isEmpty();
        assertThat(contents(pair.atSource())).hasSize(3);
    }

    @Test
    void whatSomebodyChangedOnTheTargetKeepsTheWritesUntilItIsMended() {
        try (var move = move().start().awaitPhase(Phase.READY)) {
            pair.target("SELECT lo_put(70001, 0, 'wrong')");

            assertThat(move.ask(Verb.VERIFY))
                    .isInstanceOfSatisfying(
                            Outcome.Different.class,
                            different -> assertThat(different.result().toString())
                                    .contains("large-object-differs", "large object 70001", "differences=1"));
            refuses(move.ask(Verb.SWITCH), "differences-open", "large object 70001");

            done(move.ask(Verb.REPAIR));
            done(move.ask(Verb.SWITCH));
            done(move.ask(Verb.COMPLETE));
        }
        assertThat(contents(pair.atTarget())).containsExactly("70001 first", "70002 second", "70003 third");
    }

    @Test
    void aMoveThatIsKilledWhileItCopiesThemGoesOn() {
        pair.source("SELECT count(lo_from_bytea(80000 + i, decode(repeat(md5(i::text), 20000), 'hex')))"
                + " FROM generate_series(1, 60) i");
        try (var move = move().start()) {
            await().pollInterval(Duration.ofMillis(2))
                    .until(() -> pair.atTarget().is("SELECT count(*) > 3 FROM pg_largeobject_metadata"));
            move.kill();
            var left = pair.atTarget().number("SELECT count(*) FROM pg_largeobject_metadata");
            move.awaitPhase(Phase.READY);

            done(move.ask(Verb.SWITCH));

            assertThat(left).as("killed in the midst").isBetween(1L, 62L);
            assertThat(pair.targetRows("SELECT md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY oid"))
                    .isEqualTo(pair.atSource()
                            .query(
                                    "SELECT md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY oid",
                                    row -> row.getString(1)));
        }
    }

    @Test
    void aSwitchIsRefusedWhenComparingAloneWouldTakeMostOfThePause() {
        pair.source("SELECT count(lo_from_bytea(80000 + i, decode(repeat(md5(i::text), 20000), 'hex')))"
                + " FROM generate_series(1, 20) i");
        var usual = LiveMove.withoutScratch(Specs.spec(pair.name(), 2));
        var spec = new MoveSpec(
                usual.name(),
                usual.source(),
                usual.target(),
                usual.tables(),
                usual.rows(),
                new SwitchSpec(List.of(), 5, 1, 10, 300),
                usual.limits());
        try (var move = LiveMove.of(pair, "postgres", spec).start().awaitPhase(Phase.READY)) {
            // Within a single millisecond the stream catches up only at some attempts; before that the switch does not
            // fit.
            for (var options : List.of(Map.of("dryRun", "true"), Map.<String, String>of())) {
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> refuses(move.ask(Verb.SWITCH, options), "large-objects-too-many"));
            }
            assertThat(move.phase()).isEqualTo(Phase.READY);
        }
    }

    @Test
    void aMoveOfSomeTablesLeavesThemAndTells() {
        var usual = Specs.spec(pair.name(), 2);
        var files = new MoveSpec.TableSelection(List.of(TableName.of("public", "files")), List.of());
        var spec = new MoveSpec(
                usual.name(), usual.source(), usual.target(), files, Map.of(), usual.switching(), usual.limits());
        try (var move = LiveMove.of(pair, "postgres", spec)) {
            try (var steps = move.access().steps(UUID.randomUUID())) {
                assertThat(steps.check()).anySatisfy(finding -> {
                    assertThat(finding.blocks()).isFalse();
                    assertThat(finding.problem().code()).isEqualTo("large-objects-left");
                    assertThat(finding.problem().message()).contains("3 large objects");
                });
            }
            move.start().awaitPhase(Phase.READY);

            assertThat(done(move.ask(Verb.VERIFY)))
                    .extractingByKey("largeObjects")
                    .asString()
                    .contains("left=3");
            done(move.ask(Verb.SWITCH));
        }
        assertThat(contents(pair.atTarget())).isEmpty();
    }

    @Test
    void anObjectThatTheTargetHasAlreadyIsNamedBeforeAnything() {
        pair.target("SELECT lo_from_bytea(70002, 'in the way')");
        try (var steps = move().access().steps(UUID.randomUUID())) {
            assertThat(steps.check()).anySatisfy(finding -> {
                assertThat(finding.blocks()).isTrue();
                assertThat(finding.problem().code()).isEqualTo("large-object-exists");
                assertThat(finding.problem().objects()).containsExactly("large object 70002");
            });
        }
    }
}
