package godwit.testkit.simulation;

import godwit.run.Pace;
import java.time.Duration;
import java.util.Optional;

/**
 * The time of a simulation. What is to run beside the caller takes turns with it, one at a time: each goes on in one of
 * the other's pauses, so that the seed alone decides what happens when.
 */
final class SimulatedPace implements Pace {
    private final Schedule schedule;
    private final Runnable requireAlive;
    private Optional<Companion> companion = Optional.empty();

    /** @param requireAlive throws when the process that pauses was killed meanwhile */
    SimulatedPace(Schedule schedule, Runnable requireAlive) {
        this.schedule = schedule;
        this.requireAlive = requireAlive;
    }

    @Override
    public long nanos() {
        return Duration.ofMillis(schedule.now()).toNanos();
    }

    @Override
    public void pause(Duration time) {
        schedule.pass(time.toMillis());
        if (companion.isPresent() && companion.get().isCaller()) {
            companion.get().giveWay();
            requireAlive.run();
            return;
        }
        requireAlive.run();
        if (companion.isPresent() && schedule.oneIn(2)) {
            companion.get().goOn();
            companion = companion.filter(other -> !other.hasEnded());
        }
    }

    @Override
    public void wake(Thread pausing) {}

    @Override
    public void beside(Runnable work) {
        if (companion.isPresent()) {
            throw new IllegalStateException("something is beside the caller already");
        }
        companion = Optional.of(new Companion(work));
    }

    /** The process is gone: what runs beside ends at its next step. */
    void end() {
        while (companion.isPresent()) {
            companion.get().goOn();
            companion = companion.filter(other -> !other.hasEnded());
        }
    }
}
