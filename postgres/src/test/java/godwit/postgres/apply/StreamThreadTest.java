package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import godwit.GodwitException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StreamThreadTest {
    static List<Throwable> failures() {
        return List.of(
                new AssertionError("a rule was broken"),
                new StackOverflowError(),
                new NoClassDefFoundError(),
                new OutOfMemoryError(),
                new IllegalStateException());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whateverEndsAStreamIsToldToThoseWhoWaitForIt(Throwable failure) {
        var control = new StreamControl();
        new StreamThread("stream", control, () -> sneaky(failure), known -> known).begin();

        assertThatThrownBy(() -> control.awaitMarker("never", Duration.ofSeconds(20)))
                .isInstanceOfSatisfying(GodwitException.class, e -> {
                    assertThat(e.problem().code()).isIn("stream-failed", "memory-too-small");
                    assertThat(e).hasRootCause(failure);
                });
    }

    private static void sneaky(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }
}
