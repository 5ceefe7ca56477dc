package godwit.postgres.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.Retry;
import godwit.move.Lsn;
import godwit.move.Snapshot;
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

    @Test
    void aStreamThatComesNowhereIsTooFarBehindAndNotBroken() {
        control.holdAt(new Lsn(10));

        assertLate(() -> control.awaitHeld(Duration.ZERO), "stream-not-at-position");
        assertLate(() -> control.awaitMarker("a marker", Duration.ZERO), "stream-not-caught-up");
    }

    private static void assertLate(Runnable waiting, String code) {
        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(waiting::run)
                .satisfies(e -> {
                    assertThat(e.problem().code()).isEqualTo(code);
                    assertThat(e.retry()).isEqualTo(Retry.LATER);
                });
    }

    @Test
    void aStreamIsHeldBeforeTheFirstTransactionThatASnapshotDoesNotSee() {
        control.holdBeforeUnseen(Snapshot.parse("7:9:7"));
        var applier = new Applier(5, 8, 7, 9);

        control.awaitHeld(LIMIT);

        assertThat(applier.passed).isEqualTo(8);
        control.release();
        await().atMost(LIMIT).until(() -> applier.passed == 9);
        assertThat(control.hasPassedLate()).isFalse();
    }

    @Test
    void aTransactionThatTheSnapshotSeesAndThatComesAfterTheHoldIsNoticed() {
        control.holdBeforeUnseen(Snapshot.parse("7:9:7"));
        var applier = new Applier(5, 7, 8, 10);
        control.awaitHeld(LIMIT);
        assertThat(applier.passed).isEqualTo(5);

        control.release();

        await().atMost(LIMIT).until(() -> applier.passed == 10);
        assertThat(control.hasPassedLate()).isTrue();
        control.holdAt(Lsn.ZERO);
        assertThat(control.hasPassedLate()).isFalse();
    }

    @Test
    void whatWasAppliedBeforeASnapshotSeesItIsNoticed() {
        var applier = new Applier(5, 7);
        await().atMost(LIMIT).until(() -> applier.passed == 7);

        assertThat(control.hasPassedUnseen(Snapshot.parse("7:9:7"))).isTrue();
        assertThat(control.hasPassedUnseen(Snapshot.parse("8:9:"))).isFalse();
    }

    @Test
    void onlyTheLastOfManyTransactionsAreRemembered() {
        for (var xid = 1L; xid <= 100_000; xid++) {
            control.passes(new StreamControl.Next(new Lsn(xid), xid));
        }

        assertThat(control.hasPassedUnseen(Snapshot.parse("50000:200000:50000")))
                .isFalse();
        assertThat(control.hasPassedUnseen(Snapshot.parse("99000:200000:99000")))
                .isTrue();
    }

    /** Passes transactions that committed at these positions and have these numbers, as the stream's applier does. */
    private final class Applier {
        private volatile long passed;

        Applier(long... commits) {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    for (var commit : commits) {
                        var next = new StreamControl.Next(new Lsn(commit), commit);
                        control.standHeld(next);
                        passed = commit;
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }
}
