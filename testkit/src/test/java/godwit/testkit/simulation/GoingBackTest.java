package godwit.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.run.Phase;
import godwit.run.Verb;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A run that goes back by itself, whatever fails meanwhile. */
class GoingBackTest {
    private static final long MILLIS_MAX = 300_000;

    private static World world(long seed, Killing killing) {
        return new World(seed, killing, Set.of()).withClients(4);
    }

    @Test
    void aFailingHealthCheckTakesTheWritesBackAndLosesNothing() {
        for (var seed = 1L; seed <= 20; seed++) {
            var world = world(seed, (effect, kill) -> {});
            var asker = new Asker(world, List.of(Verb.SWITCH));
            world.work(MILLIS_MAX, asker::isDone);

            world.heeding(new Moods(world.schedule(), 1));
            world.work(MILLIS_MAX, () -> world.phase() == Phase.READY);

            assertThat(world.phase()).isEqualTo(Phase.READY);
        }
    }

    @Test
    void aRunThatIsKilledAndGoesBackByItselfAgainAndAgainLosesNothing() {
        for (var seed = 1L; seed <= 100; seed++) {
            var world = killedSometimes(seed);
            var moods = new Moods(world.schedule(), 4);
            world.heeding(moods);
            var faults = new Faults(world);
            var asker = new Asker(
                    world,
                    List.of(Verb.SWITCH, Verb.VERIFY, Verb.SWITCH, Verb.SWITCH_BACK, Verb.SWITCH, Verb.ROLLBACK));
            world.work(60_000, asker::isDone);
            faults.end();
            world.work(MILLIS_MAX, asker::isDone);

            assertThat(world.phase()).as("seed " + seed).isEqualTo(Phase.ROLLED_BACK);
            world.promises().requireNoTraces();
        }
    }

    private static World killedSometimes(long seed) {
        var random = new java.util.Random(seed);
        return world(seed, (effect, kill) -> {
            if (random.nextInt(400) == 0) {
                kill.run();
            }
        });
    }
}
