package godwit.run;

import godwit.GodwitException;
import godwit.Retry;
import godwit.move.Side;
import java.util.Optional;

/** Ends a run with the writes on the source, where they are taken first if need be, and leaves nothing of it. */
final class RollingBack {
    private final Course course;
    private final MoveSteps steps;
    private final Steered steered;
    private final Switching switching;
    private final Aside aside;

    RollingBack(Means means, Switching switching, Aside aside) {
        this.course = means.course();
        this.steps = means.steps();
        this.steered = means.steered();
        this.switching = switching;
        this.aside = aside;
    }

    /** Whether it can be carried out to its end; where not, that is answered, and whatever goes on goes on. */
    boolean isPossible(Request request) {
        try {
            steps.requireRemovable(keepsTarget(request));
            return true;
        } catch (GodwitException e) {
            if (e.retry() == Retry.LATER) {
                throw e;
            }
            course.answer(request, new Outcome.Refused(e.problem()));
            return false;
        }
    }

    /** Begins one that is possible; nothing may go on aside. */
    void begin(Request request) {
        steered.goOnForNow();
        if (course.phase() == Phase.SWITCHED) {
            switching.begin(Side.TARGET);
            aside.begin(Moving.unstoppably(switching, Side.TARGET, outcome -> moved(request, outcome)));
        } else {
            remove(Optional.of(request));
        }
    }

    private void moved(Request request, Outcome outcome) {
        if (outcome instanceof Outcome.Refused) {
            steered.goOnAsWanted();
            course.answer(request, outcome);
        } else {
            remove(Optional.of(request));
        }
    }

    /** @param request who asked; empty when that is not known any more */
    void remove(Optional<Request> request) {
        request.ifPresent(course::actFor);
        course.enter(Phase.ROLLING_BACK);
        course.publish();
        try {
            steps.remove(request.map(RollingBack::keepsTarget).orElse(false));
        } catch (GodwitException e) {
            if (e.retry() == Retry.NEVER) {
                // Whoever asked may ask for something else then.
                request.ifPresent(asked -> course.answer(asked, new Outcome.Refused(e.problem())));
            }
            throw e;
        }
        course.stand(Phase.ROLLED_BACK);
    }

    private static boolean keepsTarget(Request request) {
        return request.has("keepTarget");
    }
}
