package godwit.move;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SnapshotTest {
    @Test
    void aTransactionBetweenTheBoundsIsSeenUnlessItWasUnderWay() {
        var snapshot = Snapshot.parse("10:20:12,15");

        assertThat(snapshot.sees(9)).isTrue();
        assertThat(snapshot.sees(11)).isTrue();
        assertThat(snapshot.sees(12)).isFalse();
        assertThat(snapshot.sees(19)).isTrue();
        assertThat(snapshot.sees(20)).isFalse();
    }

    @Test
    void aStreamsShortTransactionNumberIsTheOneNearestToAKnownOne() {
        var near = (3L << 32) + 5;

        assertThat(Snapshot.wholeXid(7, near)).isEqualTo((3L << 32) + 7);
        assertThat(Snapshot.wholeXid(-2, near)).isEqualTo((3L << 32) - 2);
        assertThat(Snapshot.wholeXid((int) ((2L << 32) + 4_294_967_290L), near)).isEqualTo((3L << 32) - 6);
    }
}
