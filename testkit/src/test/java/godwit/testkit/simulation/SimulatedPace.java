package godwit.testkit.simulation;

import godwit.run.Pace;
import java.time.Duration;
import java.util.Optional;

/** The time of a simulation; what is to run beside the caller runs, whole, in one of the caller's next pauses. */
final class SimulatedPace implements Pace {
    private final Schedule schedule;
    private Optional<Runnable> waiting = Optional.empty();

    SimulatedPace(Schedule schedule) {
        this.schedule = schedule;
    }

    @Override
    public long nanos() {
        return Duration.ofMillis(schedule.now()).toNanos();
    }

    @Override
    public void pause(Duration time) {
        schedule.pass(time.toMillis());
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
