package godwit.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RealPaceTest {
    @Test
    void whoPausesAgainAndAgainWhileInterruptedDoesNotSpin() {
        var pace = new RealPace();
        var begun = System.nanoTime();
        Thread.currentThread().interrupt();
        try {
            IntStream.range(0, 10).forEach(turn -> pace.pause(Duration.ofSeconds(30)));

            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isBetween(Duration.ofMillis(50), Duration.ofSeconds(20));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
