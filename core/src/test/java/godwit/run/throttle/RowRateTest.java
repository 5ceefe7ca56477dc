package godwit.run.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RowRateTest {
    private final RowRate rate = new RowRate();

    @Test
    void withoutALimitNobodyWaits() {
        assertThat(rate.waitNanos(1_000_000, 0)).isZero();
    }

    @Test
    void aLimitHoldsOverTimeWhateverTheSizesOfThePieces() {
        rate.limit(1000, 0);

        var now = 0L;
        for (var rows : new int[] {1, 500, 2, 1500, 250, 10_000}) {
            now += rate.waitNanos(rows, now);
        }

        assertThat(now).isEqualTo(TimeUnit.MILLISECONDS.toNanos(12_253));
    }

    @Test
    void whoComesLateMayCatchUpForASecondButNoMore() {
        rate.limit(1000, 0);
        var later = TimeUnit.SECONDS.toNanos(60);

        assertThat(rate.waitNanos(1000, later)).isZero();
        assertThat(rate.waitNanos(1000, later)).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    }
}
