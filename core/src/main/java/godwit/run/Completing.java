package godwit.run;

import godwit.Problem;
import java.util.Map;
import java.util.Optional;

/** Ends a run with the writes on the target. */
final class Completing {
    private final Course course;
    private final MoveSteps steps;
    private final ByMode byMode;

    Completing(Course course, MoveSteps steps, ByMode byMode) {
        this.course = course;
        this.steps = steps;
        this.byMode = byMode;
    }

    /** @param request who asked; empty when the run ends by itself, or that is not known any more */
    void complete(Optional<Request> request) {
        if (course.phase() != Phase.SWITCHED && course.phase() != Phase.COMPLETING) {
            request.ifPresent(asked -> course.answer(asked, new Outcome.Refused(notSwitched())));
            return;
        }
        request.ifPresent(course::actFor);
        course.enter(Phase.COMPLETING);
        course.publish();
        var left = steps.contract(byMode.leavesSourceAlone()
                || request.map(asked -> asked.has("leaveWritable")).orElse(false));
        course.enter(Phase.COMPLETED);
        course.publish();
        request.ifPresent(asked ->
                course.answer(asked, new Outcome.Done(Map.of("state", Phase.COMPLETED.word(), "source", left))));
    }

    private static Problem notSwitched() {
        return Problem.of(
                "not-switched",
                "The writes are still on the source.",
                "Switch first, or end the run with godwit rollback.");
    }
}
