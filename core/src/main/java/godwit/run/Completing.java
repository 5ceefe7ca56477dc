package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
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
        if (course.phase() == Phase.SWITCHED
                && request.map(Ending::isWithoutSource).orElse(false)
                && steps.journal().source().isPresent()) {
            request.ifPresent(asked -> course.answer(asked, new Outcome.Refused(Ending.sourceAnswers())));
            return;
        }
        var hindrance = course.phase() == Phase.SWITCHED ? hindrance() : Optional.<Problem>empty();
        if (hindrance.isPresent() && request.isPresent()) {
            course.answer(request.get(), new Outcome.Refused(hindrance.get()));
            return;
        }
        end(request);
    }

    /** Ends the run; nothing bars it. */
    void end(Optional<Request> request) {
        request.ifPresent(course::actFor);
        course.enter(Phase.COMPLETING);
        course.publish();
        var isAlone = request.map(Ending::isWithoutSource).orElse(false);
        var left = isAlone
                ? steps.contractWithoutSource()
                : steps.contract(byMode.leavesSourceAlone()
                        || request.map(asked -> asked.has("leaveWritable")).orElse(false));
        course.enter(Phase.COMPLETED);
        course.publish();
        request.ifPresent(asked ->
                course.answer(asked, new Outcome.Done(Map.of("state", Phase.COMPLETED.word(), "source", left))));
    }

    /**
     * Completes a run whose streams are lost. What is known to have been written past the gate bars it; what was not read any
     * more cannot be known.
     *
     * @return whether it is complete; if not, that is answered
     */
    boolean completeAlone(Request request) {
        try {
            steps.requireNothingKnownLeft();
        } catch (GodwitException e) {
            if (e.retry() == Retry.LATER) {
                throw e;
            }
            course.answer(request, new Outcome.Refused(e.problem()));
            return false;
        }
        end(Optional.of(request));
        return true;
    }

    /** What others wrote on the source after the switch would be left there unseen. */
    private Optional<Problem> hindrance() {
        try {
            steps.requireNothingLeft();
            return Optional.empty();
        } catch (GodwitException e) {
            if (e.retry() == Retry.LATER) {
                throw e;
            }
            return Optional.of(e.problem());
        }
    }

    private static Problem notSwitched() {
        return Problem.of(
                "not-switched",
                "The writes are still on the source.",
                "Switch first, or end the run with godwit rollback.");
    }
}
