package godwit.testkit.simulation;

import godwit.run.Pace;
import java.time.Duration;
import java.util.Optional;

/** The time of a simulation; what is to run beside the caller runs, whole, in one of the caller's next pauses. */
final class SimulatedPace implements Pace {
    private final Schedule schedule;
    private final Runnable requireAlive;
    private Optional<Runnable> waiting = Optional.empty();

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
        requireAlive.run();
        if (waiting.isPresent() && (time.isZero() || schedule.oneIn(2))) {
            var work = waiting.get();
            waiting = Optional.empty();
            work.run();
        }
    }

    @Override
    public void beside(Runnable work) {
        waiting = Optional.of(work);
    }
}
