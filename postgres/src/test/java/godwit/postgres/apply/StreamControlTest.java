package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.move.Lsn;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StreamControlTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final StreamControl control = new StreamControl();

    @Test
    void aStreamThatStandsStillBeforeThePositionIsKnownGoesOnToItAndNotBeyond() {
        control.holdAt(Lsn.ZERO);
        var applier = new Applier(5, 10, 20);
        control.awaitHeld(LIMIT);
        assertThat(applier.passed).isZero();

        control.holdAt(new Lsn(10));
        control.awaitHeld(LIMIT);
        assertThat(applier.passed).isEqualTo(5);

        control.release();
        await().atMost(LIMIT).until(() -> applier.passed == 20);
    }

    @Test
    void aHoldThatIsMovedIsNotTakenForReached() {
        control.holdAt(Lsn.ZERO);
        var applier = new Applier(5);
        control.awaitHeld(LIMIT);

        control.holdAt(new Lsn(10));

        await().atMost(LIMIT).until(() -> applier.passed == 5);
        control.release();
    }

    /** Passes transactions that committed at these positions, as the stream's applier does. */
    private final class Applier {
        private volatile long passed;

        Applier(long... commits) {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    for (var commit : commits) {
                        control.standHeld(new Lsn(commit));
                        passed = commit;
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }
}
