package godwit.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void noneAreZero() {
        assertThat(new Latencies().millisAt(0.99)).isZero();
    }

    @Test
    void sharesAreRightToASixteenthAndTheLongestExactly() {
        var latencies = new Latencies();
        for (int millis = 1; millis <= 1000; millis++) {
            latencies.add(TimeUnit.MILLISECONDS.toNanos(millis));
        }

        assertThat(latencies.millisAt(0.5)).isCloseTo(500, within(32.0));
        assertThat(latencies.millisAt(0.99)).isCloseTo(990, within(62.0));
        assertThat(latencies.maxMillis()).isEqualTo(1000);
    }

    @Test
    void everyDurationHasABucket() {
        var latencies = new Latencies();
        latencies.add(0);
        latencies.add(Long.MAX_VALUE);

        assertThat(latencies.millisAt(0.1)).isZero();
        assertThat(latencies.millisAt(1)).isEqualTo(latencies.maxMillis());
    }
}
