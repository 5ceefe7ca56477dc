package godwit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BucketPlanTest {
    @Test
    void aSmallTableHasOneBucketAndABigOneAsManyAsMemoryAllows() {
        assertThat(BucketPlan.ofRows(0, 256, 1 << 16).mask()).isZero();
        assertThat(BucketPlan.ofRows(255, 256, 1 << 16).mask()).isZero();
        assertThat(BucketPlan.ofRows(1_000_000, 256, 1 << 16).bits()).isEqualTo(12);
        assertThat(BucketPlan.ofRows(Long.MAX_VALUE, 256, 1 << 16).bits()).isEqualTo(16);
    }

    @Test
    void aFinerPlanHalvesTheBucketsThatDifferAsOftenAsMemoryAllows() {
        var plan = new BucketPlan(4, 64);

        assertThat(plan.mayBeFinerFor(16)).isTrue();
        assertThat(plan.finerFor(16).bits()).isEqualTo(6);
        assertThat(plan.mayBeFinerFor(33)).isFalse();
    }

    @Test
    void bucketsThatOneSideLacksOrThatAddUpToSomethingElseDiffer() {
        var leader = Map.of(1L, sum(1, 10), 2L, sum(1, 20), 3L, sum(2, 30));
        var follower = Map.of(1L, sum(1, 10), 2L, sum(1, 21), 4L, sum(1, 40));

        var differing = BucketPlan.differing(leader, follower);

        assertThat(differing).isEqualTo(Set.of(2L, 3L, 4L));
        assertThat(BucketPlan.rows(differing, leader, follower)).isEqualTo(Map.of(2L, 2L, 3L, 2L, 4L, 1L));
    }

    @Test
    void aBatchHoldsAtMostTheRowsOfTheLimitOrOneBucket() {
        var rows = new TreeMap<>(Map.of(1L, 3L, 2L, 4L, 3L, 5L, 4L, 90L, 5L, 1L));

        assertThat(BucketPlan.batches(rows, 10))
                .isEqualTo(List.of(List.of(1L, 2L), List.of(3L), List.of(4L), List.of(5L)));
        assertThat(BucketPlan.batches(new TreeMap<>(), 10)).isEmpty();
    }

    private static Fingerprint sum(long rows, long hashes) {
        return new Fingerprint(rows, BigInteger.valueOf(hashes));
    }
}
