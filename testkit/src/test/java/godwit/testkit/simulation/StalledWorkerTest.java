package godwit.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.run.Phase;
import godwit.run.Verb;
import godwit.testkit.fake.Mistake;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A worker stands still anywhere in a switch, another one takes the run over, and then the first one wakes. */
class StalledWorkerTest {
    private static final long SEED = 11;
    private static final long SEEDS_TO_NOTICE_MAX = 6;
    private static final long MILLIS_MAX = 60_000;

    @Test
    void aWorkerThatWakesAfterAnotherTookOverDoesNoHarm() {
        stalledEverywhere(SEED, Set.of());
    }

    @ParameterizedTest
    @EnumSource(names = {"LEASE_UNCHECKED", "FENCE_NOT_AWAITED", "GATES_READ_ONCE", "EPOCH_GOES_BACK"})
    void aWrongRuleForTwoWorkersIsNoticed(Mistake mistake) {
        assertThatThrownBy(() -> {
                    for (var seed = SEED; seed < SEED + SEEDS_TO_NOTICE_MAX; seed++) {
                        stalledEverywhere(seed, Set.of(mistake));
                    }
                })
                .isInstanceOf(AssertionError.class);
    }

    private static void stalledEverywhere(long seed, Set<Mistake> mistakes) {
        for (var effect = 1; stalledAt(seed, effect, mistakes, List.of()); effect++) {
            stalledAt(seed, effect, mistakes, List.of(Verb.SWITCH_BACK));
        }
    }

    /** Whether the move had so many effects. */
    private static boolean stalledAt(long seed, int effect, Set<Mistake> mistakes, List<Verb> meanwhile) {
        var stall = new StallOnce(effect);
        try {
            var world = new World(seed, stall, mistakes).withClients(2);
            world.work(MILLIS_MAX, () -> world.phase() == Phase.READY);
            stall.then(() -> world.overtake(() -> otherWorker(world, meanwhile)));
            switched(world, List.of(Verb.SWITCH));
            switched(world, List.of(Verb.VERIFY));
            world.stopClients();
            world.schedule().pass(1000);
            var until = world.schedule().now() + 1000;
            world.work(
                    MILLIS_MAX,
                    () -> world.phase().isInStep() && world.schedule().now() > until);
            world.promises().requireInStep();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + " stalled at " + stall.where() + ", meanwhile " + meanwhile + ": " + e, e);
        }
        return stall.isDone();
    }

    private static void otherWorker(World world, List<Verb> wishes) {
        var until = world.schedule().now() + 1000;
        var asker = new Asker(world, wishes);
        world.workAndStay(MILLIS_MAX, () -> asker.isDone() && world.schedule().now() > until);
    }

    private static void switched(World world, List<Verb> wishes) {
        var asker = new Asker(world, wishes);
        world.work(MILLIS_MAX, asker::isDone);
        assertThat(asker.isDone()).as("%s is done", wishes).isTrue();
    }
}
