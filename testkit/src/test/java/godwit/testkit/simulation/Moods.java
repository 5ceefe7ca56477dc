package godwit.testkit.simulation;

import godwit.move.HealthCheck;
import godwit.move.SwitchSpec;
import godwit.move.Watching;
import godwit.run.Signals;
import java.util.List;

/** Signals of an application that does badly now and then, as a seed decides. */
final class Moods implements Signals {
    private static final int SECONDS_BETWEEN_VERIFICATIONS = 2;

    private final Schedule schedule;
    private final int failsOneIn;
    private int answers;

    Moods(Schedule schedule, int failsOneIn) {
        this.schedule = schedule;
        this.failsOneIn = failsOneIn;
    }

    @Override
    public SwitchSpec limits() {
        var check = new HealthCheck(new HealthCheck.Sql("SELECT true"), 1, 1, 1);
        return SwitchSpec.DEFAULT.watched(new Watching(List.of(check), SECONDS_BETWEEN_VERIFICATIONS));
    }

    @Override
    public boolean passes(HealthCheck check) {
        answers++;
        return !schedule.oneIn(failsOneIn);
    }

    @Override
    public void begin() {}

    @Override
    public long standstillMillis() {
        return 0;
    }

    /** How often somebody asked. */
    int answers() {
        return answers;
    }
}
