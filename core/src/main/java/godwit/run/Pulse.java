package godwit.run;

import java.time.Duration;

/** What is done now and then in a worker's turns: hear what people want, look whether there is room, tell how it goes. */
final class Pulse {
    private static final long BEAT_NANOS = Duration.ofMillis(500).toNanos();

    private final Means means;
    private long beatAt;

    Pulse(Means means) {
        this.means = means;
    }

    /** Called in each turn. */
    void turn() {
        var now = means.pace().nanos();
        if (now - beatAt > BEAT_NANOS) {
            beatAt = now;
            means.steered().heed();
            means.steps().requireRoom();
            means.course().publish();
        }
    }
}
