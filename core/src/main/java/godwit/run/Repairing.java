package godwit.run;

import java.util.Map;
import java.util.UUID;

/** Makes the side without the writes equal to the other because somebody asked, and proves it. */
final class Repairing extends Asked {
    private final MoveSteps steps;

    Repairing(Course course, MoveSteps steps, Request request) {
        super(course, request);
        this.steps = steps;
    }

    @Override
    public Outcome work(Stopping stopping) {
        var rows = steps.repair(request().id(), stopping);
        var after = steps.verify(UUID.randomUUID(), "after repair", stopping);
        return Verifying.told(after, Map.of("rowsRepaired", rows));
    }
}
