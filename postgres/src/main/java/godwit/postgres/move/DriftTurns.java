package godwit.postgres.move;

import godwit.traffic.Journal;
import java.time.Duration;
import java.util.function.Supplier;

/** Looks from time to time for changes of the schema on the side with the writes. */
final class DriftTurns {
    private final Drift drift;
    private final TargetDrift targetDrift;
    private final Supplier<Journal> journal;
    private final Duration interval;
    private long lookedAt;

    DriftTurns(Drift drift, TargetDrift targetDrift, Supplier<Journal> journal, Duration interval) {
        this.drift = drift;
        this.targetDrift = targetDrift;
        this.journal = journal;
        this.interval = interval;
        this.lookedAt = System.nanoTime() - interval.toNanos();
    }

    /** The source was looked at just now. */
    void looked() {
        lookedAt = System.nanoTime();
    }

    /** A turn of a run that is followed; most do nothing. */
    void turn() {
        if (System.nanoTime() - lookedAt < interval.toNanos()) {
            return;
        }
        looked();
        switch (journal.get().writes()) {
            case SOURCE -> {
                drift.requireNone();
                targetDrift.forget();
            }
            case TARGET -> targetDrift.look();
            case UNKNOWN -> {}
        }
    }
}
