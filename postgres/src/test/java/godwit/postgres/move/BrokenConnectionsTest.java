package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.Retry;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.Beside;
import godwit.postgres.Database;
import godwit.postgres.Endpoint;
import godwit.postgres.FaultProxy;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.postgres.capture.SlotReader;
import godwit.postgres.capture.StreamProtocol;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connections that are cut, or dead without knowing it. */
@ExtendWith(Servers.class)
class BrokenConnectionsTest {
    private final Pair pair;

    BrokenConnectionsTest(Pair pair) {
        this.pair = pair.source("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
    }

    private void write(int id) {
        pair.source("INSERT INTO t VALUES (" + id + ")");
    }

    private void awaitOnTarget(int id, int secondsMax) {
        await().atMost(Duration.ofSeconds(secondsMax))
                .until(() -> pair.atTarget().is("SELECT count(*) = 1 FROM t WHERE id = ?", id));
    }

    @Test
    void aMoveWhoseConnectionsAreCutGoesOn() {
        try (var toSource = new FaultProxy(pair.sourceServer().port());
                var toTarget = new FaultProxy(pair.targetServer().port());
                var move = LiveMove.through(pair, toSource.port(), toTarget.port())
                        .start()
                        .awaitPhase(Phase.READY)) {
            toSource.cut();
            write(2);
            awaitOnTarget(2, 20);
            toTarget.cut();
            write(3);
            awaitOnTarget(3, 20);

            await().atMost(Duration.ofSeconds(30)).until(() -> move.ask(Verb.SWITCH) instanceof Outcome.Done);
            toSource.cut();
            pair.target("INSERT INTO t VALUES (4)");
            await().atMost(Duration.ofSeconds(20)).until(() -> pair.atSource().is("SELECT count(*) = 4 FROM t"));
        }
    }

    @Test
    void aCatalogWhoseReadingIsCutIsReadAgainLater() {
        var move = LiveMove.of(pair, "postgres", Specs.spec(pair.name(), 1));
        try (move;
                var steps = move.access().steps(UUID.randomUUID())) {
            // Only the reading of the whole catalog looks there.
            pair.source("BEGIN; LOCK TABLE pg_catalog.pg_transform");
            var checked = Beside.supply(steps::check);

            await().atMost(Duration.ofSeconds(8)).until(() -> pair.atSource().is("""
                    SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_locks
                    WHERE NOT granted AND relation = 'pg_catalog.pg_transform'::regclass"""));

            assertThatThrownBy(checked::join).cause().isInstanceOfSatisfying(GodwitException.class, e -> {
                assertThat(e.problem().code()).isEqualTo("catalog-unreadable");
                assertThat(e.retry()).isEqualTo(Retry.LATER);
            });
            pair.source("COMMIT");
            assertThat(steps.check()).isEmpty();
        }
    }

    @Test
    void aReaderThatTheServerHasNotHeardOfForLongIsTakenForDead() {
        var context = new MoveContext(UUID.randomUUID(), Specs.spec(pair.name(), 1), pair.source(), pair.target());
        var slots = new Slots(context);
        slots.publish(Side.SOURCE, java.util.List.of());
        slots.createAndSettle(Side.SOURCE);
        var silent = new SilentConnections(context, Duration.ofSeconds(3));
        try (var proxy = new FaultProxy(pair.sourceServer().port())) {
            var through =
                    new Database(() -> new Endpoint("127.0.0.1", proxy.port(), pair.name(), "postgres", "", Map.of()));
            var reader =
                    SlotReader.open(through, context.streamSource(Side.SOURCE, true, StreamProtocol.of(1)), Lsn.ZERO);
            silent.requireHeard(Side.SOURCE, reader.pid());

            proxy.stall();

            await().atMost(Duration.ofSeconds(15))
                    .untilAsserted(() -> assertThatThrownBy(() -> silent.requireHeard(Side.SOURCE, reader.pid()))
                            .isInstanceOfSatisfying(
                                    GodwitException.class,
                                    e -> assertThat(e.problem().code()).isEqualTo("connection-silent")));
            await().until(() -> pair.atSource()
                    .is("SELECT NOT active FROM pg_replication_slots WHERE database = current_database()"));
            reader.close();
        }
        slots.drop(Side.SOURCE);
    }

    @Test
    void aProcessThatHasTheNumberOfAReaderWhoIsGoneLives() {
        var context = new MoveContext(UUID.randomUUID(), Specs.spec(pair.name(), 1), pair.source(), pair.target());
        try (var application = pair.source().open("test")) {
            var silent = new SilentConnections(context, Duration.ofMillis(1));

            assertThatThrownBy(() -> silent.requireHeard(Side.SOURCE, application.pid()))
                    .isInstanceOfSatisfying(
                            GodwitException.class,
                            e -> assertThat(e.problem().code()).isEqualTo("connection-silent"));

            assertThat(application.number("SELECT 1")).isEqualTo(1);
        }
    }

    @Test
    @Tag("full")
    void aMoveWhoseConnectionsToTheSourceAreHalfOpenGoesOn() {
        try (var toSource = new FaultProxy(pair.sourceServer().port());
                var move = LiveMove.through(
                                pair, toSource.port(), pair.targetServer().port())
                        .start()
                        .awaitPhase(Phase.READY)) {
            toSource.stallOpen();
            write(2);

            awaitOnTarget(2, 120);
            assertThat(move.phase()).isEqualTo(Phase.READY);
        }
    }
}
