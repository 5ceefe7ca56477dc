package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.Retry;
import godwit.move.MoveSpec;
import godwit.move.MoveSpec.TableSelection;
import godwit.postgres.Beside;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whole moves of some of the rows of tables that are written all the time. */
@ExtendWith(Servers.class)
class SelectedRowsMoveTest {
    private static final String TABLES = """
            CREATE SEQUENCE fresh START 1000000;
            CREATE TABLE plain (id int PRIMARY KEY, tenant int, v int);
            CREATE TABLE long (id int PRIMARY KEY, tenant int, note text, body text);
            ALTER TABLE long REPLICA IDENTITY FULL; ALTER TABLE long ALTER body SET STORAGE EXTERNAL;
            CREATE TABLE loose (tenant int, v int); ALTER TABLE loose REPLICA IDENTITY FULL;
            CREATE TABLE events (id int, tenant int, day int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
            CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (50);
            CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (50) TO (100);
            INSERT INTO plain SELECT i, i % 3, 0 FROM generate_series(1, 3000) i;
            INSERT INTO long SELECT i, i % 3, 'n', repeat(md5(i::text), 100) FROM generate_series(1, 300) i;
            INSERT INTO loose SELECT i % 3, i % 20 FROM generate_series(1, 300) i;
            INSERT INTO events SELECT i, i % 3, i % 100 FROM generate_series(1, 1000) i""";

    private static final List<String> NAMES = List.of("plain", "long", "loose", "events");
    private static final Map<String, String> WHERE =
            Map.of("plain", "tenant = 1", "long", "tenant = 1", "loose", "tenant = 1", "events", "tenant = 1");

    private final Pair pair;

    SelectedRowsMoveTest(Pair pair) {
        this.pair = pair.source(TABLES);
    }

    private LiveMove move(MoveSpec usual) {
        return LiveMove.of(pair, "postgres", LiveMove.selecting(usual, TableSelection.ALL, WHERE));
    }

    /** A client that makes rows enter, leave and stay, and changes and swaps their keys. */
    private static CompletableFuture<Void> load(Pair pair, AtomicBoolean stop, long seed) {
        var random = new Random(seed);
        var session = Pair.application(pair.source());
        return Beside.run(() -> {
                    while (!stop.get()) {
                        writeOrBeInTheWay(session, random);
                    }
                })
                .whenComplete((done, failed) -> session.close());
    }

    /** Clients that move the same row to other partitions get in each other's way, and go on with something else. */
    private static void writeOrBeInTheWay(Session session, Random random) {
        try {
            write(session, random);
        } catch (GodwitException e) {
            if (e.retry() != Retry.LATER) {
                throw e;
            }
        }
    }

    private static void write(Session session, Random random) {
        var a = 1 + random.nextInt(250);
        var tenant = random.nextInt(3);
        session.execute(
                switch (random.nextInt(9)) {
                    case 0 -> "UPDATE plain SET tenant = %d WHERE id %% 250 = %d".formatted(tenant, a);
                    case 1 -> "UPDATE plain SET v = v + 1 WHERE id = %d".formatted(a * 11);
                    case 2 -> "UPDATE long SET tenant = %d WHERE id = %d".formatted(tenant, a);
                    case 3 -> "UPDATE long SET note = note || 'x' WHERE id = %d".formatted(a);
                    case 4 ->
                        "UPDATE plain SET id = nextval('fresh'), tenant = %d WHERE id = %d".formatted(tenant, a * 7);
                    case 5 -> "UPDATE long SET id = nextval('fresh'), tenant = %d WHERE id = %d".formatted(tenant, a);
                    case 6 -> "UPDATE loose SET tenant = %d WHERE v = %d".formatted(tenant, a % 20);
                    case 7 -> "UPDATE events SET day = 99 - day, tenant = %d WHERE id = %d".formatted(tenant, a);
                    default ->
                        "INSERT INTO plain VALUES (%d, %d, 1) ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant"
                                .formatted(a * 12, tenant);
                });
    }

    private static List<String> rows(Session session, String table, String condition) {
        return session.query(
                "SELECT t::text FROM " + table + " t WHERE " + condition + " ORDER BY 1", row -> row.getString(1));
    }

    private void assertSelectedIsThere() {
        for (var table : NAMES) {
            assertThat(rows(pair.atTarget(), table, "true"))
                    .as(table)
                    .isEqualTo(rows(pair.atSource(), table, "tenant = 1"));
        }
    }

    private List<List<String>> unselected() {
        return NAMES.stream()
                .map(table -> rows(pair.atSource(), table, "tenant IS DISTINCT FROM 1"))
                .toList();
    }

    private static void assertEqual(LiveMove move) {
        assertThat(move.ask(Verb.VERIFY)).as(move.lastFailure()).isInstanceOf(Outcome.Done.class);
    }

    private void big() {
        pair.source(
                "SET logical_decoding_work_mem = '64kB'; BEGIN;"
                        + " INSERT INTO plain SELECT i, i % 3, 0 FROM generate_series(200001, 215000) i;"
                        + " UPDATE plain SET tenant = 1 WHERE id > 200000 AND id % 7 = 0;"
                        + " DELETE FROM plain WHERE id > 200000 AND id % 5 = 0; UPDATE long SET tenant = (tenant + 1) % 3; COMMIT");
    }

    @Test
    void theSelectedRowsGoThereAndBackAndTheOthersStayAsTheyAre() {
        var stop = new AtomicBoolean();
        var loads = List.of(load(pair, stop, 1), load(pair, stop, 2));
        try (var move = move(Specs.spec(pair.name(), 2)).start().awaitPhase(Phase.READY)) {
            big();
            assertEqual(move);
            stop.set(true);
            loads.forEach(CompletableFuture::join);
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
            assertSelectedIsThere();
            var others = unselected();

            pair.target(
                    "UPDATE plain SET v = 77 WHERE id % 2 = 0; DELETE FROM long WHERE id % 5 = 0;"
                            + " INSERT INTO plain VALUES (900001, 1, 5); UPDATE long SET note = 'target'; DELETE FROM loose WHERE v = 3;"
                            + " INSERT INTO loose VALUES (1, 55), (1, 55); TRUNCATE events_2; INSERT INTO events VALUES (5000, 1, 70)");
            assertEqual(move);
            assertThat(move.ask(Verb.SWITCH_BACK)).isInstanceOf(Outcome.Done.class);

            assertSelectedIsThere();
            assertThat(unselected()).isEqualTo(others);
            pair.source("UPDATE plain SET tenant = 2 WHERE id = 900001; UPDATE long SET tenant = 1");
            assertEqual(move);
            assertSelectedIsThere();
        }
    }

    @Test
    void whatTheTargetWritesOutsideTheSelectionComesBackAndIsTakenAwayThereByARepair() {
        try (var move = move(Specs.spec(pair.name(), 2)).start().awaitPhase(Phase.READY)) {
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
            pair.target("UPDATE plain SET tenant = 2 WHERE id = 1; INSERT INTO plain VALUES (900001, 2, 5)");
            assertEqual(move);
            move.kill();
            LiveMove.intrude(pair.atSource(), "DELETE FROM plain WHERE id = 900001");
            assertThat(move.ask(Verb.VERIFY)).isInstanceOf(Outcome.Different.class);
            assertThat(move.ask(Verb.REPAIR)).isInstanceOf(Outcome.Done.class);
            pair.target("UPDATE plain SET v = 8 WHERE tenant = 2");
            assertEqual(move);

            assertThat(move.ask(Verb.SWITCH_BACK)).isInstanceOf(Outcome.Done.class);

            assertThat(rows(pair.atSource(), "plain", "id IN (1, 900001)")).containsExactly("(1,2,8)", "(900001,2,8)");
            assertThat(move.ask(Verb.VERIFY))
                    .isInstanceOfSatisfying(
                            Outcome.Different.class,
                            different -> assertThat(different.result().toString())
                                    .contains("differences=2", "{\"id\": 900001}, kind=extra"));
            assertThat(move.ask(Verb.REPAIR)).isInstanceOf(Outcome.Done.class);
            assertEqual(move);
            assertSelectedIsThere();
            assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class);
            assertThat(pair.atSource().number("SELECT count(*) FROM godwit.outside"))
                    .isZero();
        }
    }

    @Test
    void whatIsWrongInTheSelectionOrTooMuchInTheTargetIsFoundAndMended() {
        try (var move = move(Specs.spec(pair.name(), 2)).start().awaitPhase(Phase.READY)) {
            LiveMove.intrude(
                    pair.atTarget(),
                    "UPDATE plain SET v = 9 WHERE id = 1; DELETE FROM long WHERE id = 4; INSERT INTO plain VALUES (2, 2, 0);"
                            + " INSERT INTO loose VALUES (2, 1); DELETE FROM events WHERE id = 7");

            assertThat(move.ask(Verb.VERIFY))
                    .isInstanceOfSatisfying(
                            Outcome.Different.class,
                            different -> assertThat(different.result()).containsEntry("differences", 5));
            assertThat(move.ask(Verb.REPAIR)).isInstanceOf(Outcome.Done.class);

            assertEqual(move);
            assertSelectedIsThere();
        }
    }

    @Test
    void tablesCopiedByRangesOfTheirKeysAreSelectedFromWhileKeysChange() {
        var stop = new AtomicBoolean();
        var loads = List.of(load(pair, stop, 3), load(pair, stop, 4));
        try (var move = move(Specs.byRange(pair.name(), 2)).start().awaitPhase(Phase.READY)) {
            stop.set(true);
            loads.forEach(CompletableFuture::join);
            assertEqual(move);
            assertSelectedIsThere();
            assertThat(pair.atTarget().number("SELECT count(DISTINCT table_name) FROM godwit.key_range"))
                    .isGreaterThan(2);
            assertThat(move.live().toString()).contains("missingRows=0");
        }
    }

    @Test
    void aReferenceThatLosesItsRowWhileTheMoveGoesOnBarsTheSwitch() {
        pair.source("CREATE TABLE referring (id int PRIMARY KEY, plain int REFERENCES plain);"
                + " INSERT INTO referring VALUES (1, 1)");
        try (var move = move(Specs.spec(pair.name(), 2)).start().awaitPhase(Phase.READY)) {
            pair.source("UPDATE plain SET tenant = 2 WHERE id = 1");

            assertThat(move.ask(Verb.SWITCH))
                    .isInstanceOfSatisfying(
                            Outcome.Refused.class,
                            refused -> assertThat(refused.problem().code()).isEqualTo("differences-open"));
            assertThat(move.ask(Verb.VERIFY).toString()).contains("foreign-key-orphan", "referring_plain_fkey");
        }
    }

    @Test
    void aReferenceThatLostItsRowSinceTheCheckStopsTheRunBeforeItIsReady() {
        pair.source("CREATE TABLE referring (id int PRIMARY KEY, plain int REFERENCES plain);"
                + " INSERT INTO referring VALUES (1, 1)");
        var late = Pair.application(pair.source());
        late.begin();
        late.execute("UPDATE plain SET tenant = 2 WHERE id = 1");
        try (var move = move(Specs.spec(pair.name(), 2)).start()) {
            await().until(() -> pair.atSource().is("SELECT count(*) > 0 FROM pg_publication"));

            late.commit();

            assertThat(move.awaitFailure())
                    .matches(p -> p.code().equals("foreign-key-orphan"))
                    .matches(p -> p.objects().contains("referring_plain_fkey"));
        } finally {
            late.close();
        }
    }
}
