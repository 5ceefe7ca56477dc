package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.move.Conduct;
import godwit.move.MoveSpec;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Session;
import godwit.postgres.Specs;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import godwit.schema.TableName;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A source that is itself fed by a subscription of the server's own, whose workers no gate keeps out. */
@ExtendWith(Servers.class)
class SubscriptionsTest {
    private final Pair pair;
    private final String publisher;
    private final String subscription;

    SubscriptionsTest(Pair pair) {
        this.pair = pair;
        this.publisher = "p" + pair.name();
        this.subscription = "s" + pair.name();
    }

    @BeforeEach
    void subscribe() {
        pair.target("CREATE DATABASE " + publisher);
        publish("CREATE TABLE t (id int PRIMARY KEY)");
        publish("CREATE PUBLICATION all_of_it FOR TABLE t");
        pair.source("CREATE TABLE t (id int PRIMARY KEY)");
        pair.source(
                "CREATE SUBSCRIPTION %s CONNECTION 'host=127.0.0.1 port=%d user=postgres dbname=%s' PUBLICATION all_of_it"
                        .formatted(subscription, pair.targetServer().port(), publisher));
    }

    @AfterEach
    void unsubscribe() {
        // The sessions that were there before have ended with the move.
        try (var session = pair.source().open("test")) {
            session.execute("DROP SUBSCRIPTION " + subscription);
        }
        await().untilAsserted(() -> pair.target("DROP DATABASE " + publisher));
    }

    private void publish(String sql) {
        try (var session = Pair.at(pair.targetServer().url(publisher)).open("publisher")) {
            session.execute("SET search_path = public");
            session.execute(sql);
        }
    }

    private LiveMove move() {
        var usual = Conduct.usual(Specs.spec("any", 1).limits());
        var conduct = new Conduct(
                usual.mode(),
                usual.schema(),
                usual.transport(),
                usual.largeObjects(),
                usual.tuning(),
                List.of("subscription " + subscription));
        pair.source("CREATE TABLE scratch (id int PRIMARY KEY)");
        return LiveMove.of(pair, "postgres", conduct);
    }

    private static void assertRefused(Outcome outcome, String code) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo(code));
    }

    private static void awaitRow(Session session, int id) {
        await().until(() -> session.is("SELECT count(*) = 1 FROM t WHERE id = ?", id));
    }

    @Test
    void itMayWriteUntilTheSwitchAndHasToStopThen() {
        try (var move = move().start().awaitPhase(Phase.READY)) {
            publish("INSERT INTO t VALUES (1)");
            awaitRow(pair.atTarget(), 1);
            assertRefused(move.ask(Verb.SWITCH, Map.of("dryRun", "true")), "subscription-writes");
            assertThat(move.ask(Verb.SWITCH)).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
                assertThat(refused.problem().code()).isEqualTo("subscription-writes");
                assertThat(refused.problem().objects()).containsExactly(subscription);
            });

            pair.source("ALTER SUBSCRIPTION " + subscription + " DISABLE");
            await().untilAsserted(() -> assertThat(move.ask(Verb.SWITCH)).isInstanceOf(Outcome.Done.class));

            pair.source("ALTER SUBSCRIPTION " + subscription + " ENABLE");
            publish("INSERT INTO t VALUES (2)");
            awaitRow(pair.atSource(), 2);
            assertRefused(move.ask(Verb.COMPLETE), "foreign-writers");
            move.stop();
            move.start().awaitPhase(Phase.SWITCHED);
            assertRefused(move.ask(Verb.COMPLETE), "foreign-writers");
            assertThat(pair.atSource().number("SELECT count(*) FROM t")).isEqualTo(2);

            pair.source("ALTER SUBSCRIPTION " + subscription + " DISABLE");
            await().untilAsserted(() -> assertThat(move.ask(Verb.REPAIR)).isInstanceOf(Outcome.Done.class));
            assertThat(move.ask(Verb.VERIFY)).isInstanceOf(Outcome.Done.class);
            pair.target("INSERT INTO t VALUES (2)");
            assertThat(move.ask(Verb.COMPLETE)).isInstanceOf(Outcome.Done.class);
        }
    }

    @Test
    void oneThatWritesThroughAPartitionRootIsNamedForItsLeaves() {
        var parted = " (id int PRIMARY KEY) PARTITION BY RANGE (id)";
        publish("CREATE TABLE p" + parted);
        publish("CREATE TABLE p_1 PARTITION OF p DEFAULT");
        publish("ALTER PUBLICATION all_of_it SET (publish_via_partition_root = true)");
        publish("ALTER PUBLICATION all_of_it SET TABLE p");
        pair.source("CREATE TABLE p" + parted);
        pair.source("CREATE TABLE p_1 PARTITION OF p DEFAULT");
        pair.source("ALTER SUBSCRIPTION " + subscription + " REFRESH PUBLICATION");
        var only = new MoveSpec.TableSelection(List.of(TableName.of("public", "p_1")), List.of());
        var spec = LiveMove.selecting(Specs.spec(pair.name(), 1), only, Map.of());

        try (var steps = LiveMove.of(pair, "postgres", spec).access().steps(UUID.randomUUID())) {
            assertThat(steps.check())
                    .filteredOn(finding -> finding.problem().code().equals("subscription-writes"))
                    .hasSize(1);
        }
    }

    @Test
    void aCheckNamesItBeforehand() {
        try (var steps = move().access().steps(UUID.randomUUID())) {
            assertThat(steps.check())
                    .filteredOn(finding -> finding.problem().code().equals("subscription-writes"))
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.blocks()).isFalse();
                        assertThat(finding.problem().objects()).containsExactly(subscription);
                    });
        }
    }
}
