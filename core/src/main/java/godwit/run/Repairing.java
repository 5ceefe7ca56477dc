package godwit.run;

import godwit.GodwitException;
import java.util.Map;
import java.util.UUID;

/** Makes the side without the writes equal to the other because somebody asked, and proves it. */
final class Repairing implements Errand<Outcome> {
    private final Course course;
    private final MoveSteps steps;
    private final Request request;

    Repairing(Course course, MoveSteps steps, Request request) {
        this.course = course;
        this.steps = steps;
        this.request = request;
    }

    @Override
    public String word() {
        return request.verb().word();
    }

    @Override
    public Outcome work(Stopping stopping) {
        var rows = steps.repair(request.id(), stopping);
        var after = steps.verify(UUID.randomUUID(), "after repair", stopping);
        return Verifying.told(after, Map.of("rowsRepaired", rows));
    }

    @Override
    public void ended(Outcome outcome) {
        course.answer(request, outcome);
    }

    @Override
    public void failed(GodwitException cause) {
        course.answer(request, new Outcome.Refused(cause.problem()));
    }
}
