package godwit.run.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.move.LiveSetting;
import godwit.move.Side;
import godwit.move.Tuning;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private static final Tuning TUNING = Tuning.DEFAULT
            .with(LiveSetting.COPY_WORKERS, 8)
            .with(LiveSetting.LATENCY_MILLIS_MAX, 100)
            .with(LiveSetting.REPLICA_LAG_SECONDS_MAX, 10);
    private static final long NOW = TimeUnit.SECONDS.toNanos(100);

    private static List<Reading> readings(double latency, double lag) {
        var all = new ArrayList<Reading>();
        for (var side : Side.values()) {
            all.add(new Reading(side, Signal.LATENCY, side == Side.TARGET ? latency : 1, NOW));
            all.add(new Reading(side, Signal.REPLICA_LAG, side == Side.SOURCE ? lag : 0, NOW));
        }
        return all;
    }

    private static Decision after(int workers, double latency, double lag) {
        return Throttle.next(new Decision(workers, ""), readings(latency, lag), TUNING, NOW);
    }

    @Test
    void whileAllIsWellOneMoreGoesOnUntilThereAreAsManyAsAllowed() {
        var decision = new Decision(0, "");
        for (var workers = 1; workers <= 8; workers++) {
            decision = Throttle.next(decision, readings(5, 0), TUNING, NOW);
            assertThat(decision.workers()).isEqualTo(workers);
        }

        assertThat(Throttle.next(decision, readings(5, 0), TUNING, NOW)).isEqualTo(new Decision(8, "none"));
    }

    @Test
    void nearALimitHalfOfThemGoOnButAlwaysOne() {
        assertThat(after(8, 80, 0).workers()).isEqualTo(4);
        assertThat(after(1, 80, 0).workers()).isEqualTo(1);
        assertThat(after(0, 80, 0).workers()).isEqualTo(1);
        assertThat(after(8, 80, 0).reason()).isEqualTo("the target's latency is 80 ms, near 100 ms");
    }

    @Test
    void aboveALimitNoneBeginsAndTheWorstSignalIsNamed() {
        assertThat(after(8, 110, 30)).isEqualTo(new Decision(0, "the source's replica lag is 30 s, above 10 s"));
    }

    @Test
    void whatWasNotMeasuredForAWhileCallsForCaution() {
        var later = NOW + TimeUnit.SECONDS.toNanos(6);

        var decision = Throttle.next(new Decision(8, ""), readings(5, 0), TUNING, later);

        assertThat(decision).isEqualTo(new Decision(1, "the source's latency cannot be measured"));
        assertThat(Throttle.next(new Decision(8, ""), List.of(), TUNING, NOW).workers())
                .isEqualTo(1);
    }

    @Test
    void anOldReadingAboveItsLimitStillCounts() {
        var later = NOW + TimeUnit.SECONDS.toNanos(60);

        assertThat(Throttle.next(new Decision(8, ""), readings(200, 0), TUNING, later)
                        .workers())
                .isZero();
    }

    @Test
    void aSignalWithoutALimitIsNotLookedAt() {
        var all = new ArrayList<>(readings(5, 0));
        all.add(new Reading(Side.SOURCE, Signal.ACTIVE_SESSIONS, 10_000, NOW));

        assertThat(Throttle.next(new Decision(8, ""), all, TUNING, NOW).workers())
                .isEqualTo(8);
    }

    @Test
    void fewerWorkersThanBeforeAreAllowedAtOnce() {
        var tuning = TUNING.with(LiveSetting.COPY_WORKERS, 2);

        assertThat(Throttle.next(new Decision(8, ""), readings(5, 0), tuning, NOW))
                .isEqualTo(new Decision(2, "none"));
    }

    @Test
    void aLimitOfRowsIsAReasonToo() {
        var tuning = TUNING.with(LiveSetting.ROWS_PER_SECOND, 500);

        assertThat(Throttle.next(new Decision(8, ""), readings(5, 0), tuning, NOW)
                        .reason())
                .isEqualTo("rowsPerSecond is 500");
    }
}
