package godwit.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.testkit.fake.Mistake;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole moves under everything that can go wrong; a failure names its seed. */
class SimulationTest {
    private static final long SEEDS = 200;
    private static final long SEEDS_TO_NOTICE_MAX = 100;

    @Test
    void nothingIsLostWhateverFails() {
        for (var seed = 1L; seed <= SEEDS; seed++) {
            Simulation.run(seed, Set.of());
        }
    }

    /** {@code -Dgodwit.seeds=N} says how many. */
    @Test
    @Tag("full")
    void norInManyMoreSeeds() {
        for (var seed = SEEDS + 1; seed <= Long.getLong("godwit.seeds", SEEDS + 1); seed++) {
            Simulation.run(seed, Set.of());
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "JOIN_BY_POSITION",
                "NO_BARRIER",
                "SNAPSHOT_PER_CHUNK",
                "HOLD_AFTER_POSITION",
                "POSITION_BEFORE_DRAIN",
                "OPEN_BEFORE_DECIDE",
                "NO_ECHO_DROP",
                "CONFIRM_BEFORE_COMMIT",
                "POSITION_APART"
            })
    void aWrongRuleIsNoticed(Mistake mistake) {
        var seed = 1L;
        while (seed <= SEEDS_TO_NOTICE_MAX && !isNoticed(mistake, seed)) {
            seed++;
        }

        assertThat(seed).as("the first seed that notices " + mistake).isLessThanOrEqualTo(SEEDS_TO_NOTICE_MAX);
    }

    private static boolean isNoticed(Mistake mistake, long seed) {
        try {
            Simulation.run(seed, Set.of(mistake));
            return false;
        } catch (AssertionError e) {
            return true;
        }
    }
}
