package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import godwit.traffic.Writes;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Ends a run that cannot go on, as far as that takes no stream: it is rolled back while the source has the writes, and
 * completed while the target has them.
 *
 * <p>What keeps a run from going on for good, such as a lost slot or a changed schema, must not keep people from ending it.
 */
final class Ending {
    private static final Set<Verb> ENDS = EnumSet.of(Verb.ROLLBACK, Verb.COMPLETE);

    /** What {@code complete} is asked with when the source is gone for good. */
    private static final String WITHOUT_SOURCE = "withoutSource";

    private final Course course;
    private final MoveSteps steps;
    private final RollingBack rollingBack;
    private final Completing completing;

    Ending(Course course, MoveSteps steps, RollingBack rollingBack, Completing completing) {
        this.course = course;
        this.steps = steps;
        this.rollingBack = rollingBack;
        this.completing = completing;
    }

    /** Whether somebody asked for the run's end, and it has come to it. */
    boolean isInsteadOf(GodwitException failure) {
        var asked = course.next(ENDS);
        if (asked.isEmpty()) {
            return false;
        }
        var request = asked.get();
        var writes = writes();
        if (request.verb() == Verb.ROLLBACK && writes == Writes.SOURCE) {
            course.begun(request);
            if (rollingBack.isPossible(request)) {
                rollingBack.remove(asked);
                return true;
            }
        } else if (request.verb() == Verb.COMPLETE && writes == Writes.TARGET) {
            course.begun(request);
            return completing.completeAlone(request);
        } else if (writes != Writes.UNKNOWN) {
            course.begun(request);
            course.answer(request, new Outcome.Refused(refusal(request.verb(), failure.problem())));
        }
        return false;
    }

    /** The same for a failure that may pass, when people say that it will not: the source is gone for good. */
    boolean isWithoutSource() {
        var asked = course.next(EnumSet.of(Verb.COMPLETE)).filter(Ending::isWithoutSource);
        if (asked.isEmpty() || !course.phase().isInStep()) {
            return false;
        }
        var journal = steps.journal();
        course.begun(asked.get());
        if (journal.source().isPresent() || journal.writes() != Writes.TARGET) {
            course.answer(asked.get(), new Outcome.Refused(sourceAnswers()));
            return false;
        }
        completing.end(asked);
        return true;
    }

    static boolean isWithoutSource(Request request) {
        return request.has(WITHOUT_SOURCE);
    }

    static Problem sourceAnswers() {
        return Problem.of(
                "source-not-gone",
                "The source answers, or the writes are not on the target for certain, so the run is not ended without it.",
                "Complete it without --without-source.");
    }

    private Writes writes() {
        if (!course.phase().isInStep()) {
            return course.phase().compareTo(Phase.READY) < 0 ? Writes.SOURCE : Writes.UNKNOWN;
        }
        var journal = steps.journal();
        return journal.isReadable() && journal.isSettled() ? journal.writes() : Writes.UNKNOWN;
    }

    private static Problem refusal(Verb verb, Problem why) {
        return verb == Verb.ROLLBACK
                ? new Problem(
                        "way-back-lost",
                        "The writes are on the target and cannot go back: " + why.message(),
                        "End the run with godwit complete; the source stays as it is now.",
                        why.objects(),
                        List.of())
                : why;
    }
}
