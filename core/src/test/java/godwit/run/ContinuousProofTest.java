package godwit.run;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.Problem;
import godwit.move.Watching;
import godwit.verify.OtherDifference;
import godwit.verify.Verification;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ContinuousProofTest {
    private static final Verification UNLIKE = new Verification(
            new UUID(1, 1),
            "continuous",
            "0/1",
            1,
            List.of(),
            List.of(new OtherDifference("column-missing", "public.t.more", "is not on the follower")));

    private final Ticking pace = new Ticking();
    private final ContinuousProof proof =
            new ContinuousProof(() -> new Watching(List.of(), 3600), stopping -> UNLIKE, pace);

    private static final class Ticking implements Pace {
        private long now = 7;

        void pass(int seconds) {
            now += Duration.ofSeconds(seconds).toNanos();
        }

        @Override
        public long nanos() {
            return now;
        }

        @Override
        public void pause(Duration time) {}

        @Override
        public void wake(Thread pausing) {}

        @Override
        public void beside(Runnable work) {
            work.run();
        }
    }

    @Test
    void oneThatFailedIsToldAndDueAgainInAMinute() {
        var problem = Problem.of("no-position", "A transaction stays open.", "Wait for its end.");
        proof.failed(problem.asException());

        pace.pass(59);
        assertThat(proof.isDue()).isFalse();
        assertThat(proof.report()).isEqualTo(Map.of("lastProof", Map.of("problem", problem, "secondsAgo", 59L)));
        pace.pass(1);
        assertThat(proof.isDue()).isTrue();

        proof.ended(UNLIKE);
        pace.pass(3599);
        assertThat(proof.isDue()).isFalse();
        pace.pass(1);
        assertThat(proof.isDue()).isTrue();
    }

    @Test
    void whatDiffersBesideRowsIsToldAndTakesNoWritesBack() {
        proof.ended(proof.work(new Stopping()));

        assertThat(proof.report()).isEqualTo(Map.of("lastProof", Map.of("differences", 1L, "secondsAgo", 0L)));
        assertThat(proof.difference()).isEmpty();
    }
}
