package godwit.testkit.fake;

import godwit.move.HealthCheck;
import godwit.move.SwitchSpec;
import godwit.move.Watching;
import godwit.run.Signals;
import java.util.List;

/** A switched run that does well, and of which nobody asks. */
final class CalmSignals implements Signals {
    @Override
    public SwitchSpec limits() {
        return SwitchSpec.DEFAULT.watched(new Watching(List.of(), 0));
    }

    @Override
    public boolean passes(HealthCheck check) {
        return true;
    }

    @Override
    public void begin() {}

    @Override
    public long standstillMillis() {
        return 0;
    }
}
