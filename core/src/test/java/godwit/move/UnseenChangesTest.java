package godwit.move;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ranges of keys, each under a snapshot of its own, and the log from an earlier position make the source. */
class UnseenChangesTest {
    private static final int SEEDS = 3000;

    @Test
    void whatTheCopiesHaveNotSeenAndWhatTheyHaveIsTheSource() {
        assertThat(LongStream.range(0, SEEDS).filter(seed -> !new RangeWorld(seed, Set.of()).endsEqual()))
                .as("seeds that end unequal")
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aWrongRuleIsNoticed(RangeWorld.Mistake mistake) {
        assertThat(LongStream.range(0, SEEDS)
                        .filter(seed -> !isEqual(seed, mistake))
                        .findFirst())
                .as("a seed that shows it")
                .isPresent();
    }

    private static boolean isEqual(long seed, RangeWorld.Mistake mistake) {
        try {
            return new RangeWorld(seed, Set.of(mistake)).endsEqual();
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
