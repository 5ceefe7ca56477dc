package godwit.run;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.GodwitException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AsideTest {
    /** What is beside the caller is done at once. */
    private static final Pace AT_ONCE = new Pace() {
        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public void pause(Duration time) {}

        @Override
        public void wake(Thread pausing) {}

        @Override
        public void beside(Runnable work) {
            work.run();
        }
    };

    static List<Throwable> failures() {
        return List.of(
                new OutOfMemoryError(),
                new StackOverflowError(),
                new NoClassDefFoundError(),
                new AssertionError("a rule was broken"),
                new IllegalStateException("it holds what nobody may see"));
    }

    private static final class Failing implements Errand<String> {
        private final Throwable failure;
        private final List<GodwitException> told = new ArrayList<>();

        Failing(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public String word() {
            return "fail";
        }

        @Override
        public String work(Stopping stopping) {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        }

        @Override
        public void ended(String result) {}

        @Override
        public void failed(GodwitException cause) {
            told.add(cause);
        }
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whateverEndsAnErrandIsToldAsAProblemAndTheNextMayBegin(Throwable failure) {
        var aside = new Aside(AT_ONCE);
        var errand = new Failing(failure);

        aside.begin(errand);
        aside.turn();

        assertThat(aside.isFree()).isTrue();
        assertThat(errand.told).singleElement().satisfies(told -> {
            assertThat(told.problem().code())
                    .isEqualTo(failure instanceof OutOfMemoryError ? "memory-too-small" : "errand-failed");
            assertThat(told.problem().message()).doesNotContain("nobody may see");
            assertThat(told).hasRootCause(failure);
        });
    }
}
