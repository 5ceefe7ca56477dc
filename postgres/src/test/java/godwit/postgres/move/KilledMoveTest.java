package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.postgres.Beside;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Verb;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All sessions of a move are killed, again and again; it goes on from its ledger and its journal. */
@ExtendWith(Servers.class)
class KilledMoveTest {
    private static final int SWITCHES = 8;

    private final Pair pair;

    KilledMoveTest(Pair pair) {
        this.pair = pair;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMoveThatIsKilledInEachPhaseBecomesReady(boolean byRanges) {
        CaseDatabase.create(pair, "postgres");
        var prepared = byRanges ? LiveMove.byRanges(pair) : LiveMove.of(pair, "postgres");
        try (var clients = CaseClients.begin(pair);
                var move = prepared.start()) {
            var killedIn = EnumSet.noneOf(Phase.class);
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(2))
                    .untilAsserted(() -> {
                        var phase = move.phase();
                        if (phase != Phase.PLANNED && killedIn.add(phase)) {
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(40));
                            move.kill();
                        }
                        assertThat(phase)
                                .as("last failure: " + move.lastFailure())
                                .isEqualTo(Phase.READY);
                    });
            move.awaitPhase(Phase.READY);
            clients.awaitMore(50);

            assertThat(killedIn).contains(Phase.EXPANDING, Phase.FILLING, Phase.FOLLOWING, Phase.READY);
            assertThat(move.ask(Verb.VERIFY)).isInstanceOf(Outcome.Done.class);
            clients.assertInStep(pair.atSource());
        }
    }

    @Test
    @Tag("full")
    void switchesThatAreKilledAtRandomMomentsLoseNothing() {
        var seed = System.nanoTime();
        var random = new Random(seed);
        CaseDatabase.create(pair, "postgres");
        try (var clients = CaseClients.begin(pair);
                var move = LiveMove.of(pair, "postgres").start().awaitPhase(Phase.READY)) {
            for (var round = 0; round < SWITCHES; round++) {
                var verb = round % 2 == 0 ? Verb.SWITCH : Verb.SWITCH_BACK;
                var killing = Beside.run(() -> {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1500)));
                    move.kill();
                });
                await().atMost(Duration.ofSeconds(60)).until(() -> move.ask(verb) instanceof Outcome.Done);
                killing.join();
                clients.awaitMore(20);
            }
            clients.assertInStep(pair.atSource());
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed, e);
        }
    }
}
