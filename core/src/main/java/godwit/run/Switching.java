package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Side;
import godwit.traffic.Cutover;
import godwit.traffic.Journal;
import godwit.traffic.Writes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Moves a run's writes to the other side: proof first, then the cutover, then the ledger's phase.
 *
 * <p>The proof may be made in a thread of its own; all else is done in the worker's turns.
 */
final class Switching {
    private final Course course;
    private final MoveSteps steps;
    private final Steered steered;
    private final Pace pace;
    private final BeforeSwitch before;
    private final Routing routing;

    Switching(Means means) {
        this.course = means.course();
        this.steps = means.steps();
        this.steered = means.steered();
        this.pace = means.pace();
        this.before = new BeforeSwitch(steps, pace);
        this.routing = new Routing(steps, pace);
    }

    /** Enters the phase that the journal's decision stands for; a decision that was not carried out is finished first. */
    void settle() {
        // In the phase of a switch, the router may not have heard of its end.
        var found = course.phase();
        var journal = readable();
        var to = journal.writes() == Writes.SOURCE ? Side.SOURCE : Side.TARGET;
        if (!journal.isSettled()) {
            steps.cutover().open(to, journal.epoch());
        }
        if (!journal.isSettled() || found == Phase.SWITCHING || found == Phase.SWITCHING_BACK) {
            routing.lead(to);
        }
        enterRouted(phaseOf(journal.writes()));
    }

    /** Tries again to tell the router, if it has not heard yet and some time has passed. */
    void routeAgain() {
        if (routing.isDue()) {
            routing.again();
            enterRouted(course.phase());
        }
    }

    /** What is told in status. */
    Map<String, Object> report() {
        return routing.report();
    }

    /** Until the router has heard, the ledger keeps the phase of the switch: whoever comes next tries again. */
    private void enterRouted(Phase phase) {
        if (routing.isDone()) {
            course.enter(phase);
        } else {
            course.stand(phase);
        }
    }

    private Journal readable() {
        var journal = steps.journal();
        if (!journal.isReadable()) {
            throw unknown();
        }
        return journal;
    }

    private static GodwitException unknown() {
        var problem = Problem.of(
                "writes-unknown",
                "The journal cannot be read in full, so nobody knows which side takes the writes.",
                "Bring back the server that does not answer; nothing acts until then.");
        return new GodwitException(problem, Retry.LATER, new IllegalStateException("a gate does not answer"));
    }

    private static Phase phaseOf(Writes writes) {
        return writes == Writes.SOURCE ? Phase.READY : Phase.SWITCHED;
    }

    /** The phase in which the writes can move away from a side. */
    static Phase phaseBefore(Side from) {
        return phaseOf(Writes.on(from));
    }

    /** Begins to move the writes away from a side: {@link #look} comes next. */
    void begin(Side from) {
        course.enter(from == Side.SOURCE ? Phase.SWITCHING : Phase.SWITCHING_BACK);
        steps.cutover();
    }

    /** Proves that both sides are alike, and predicts; in whichever thread. */
    BeforeSwitch.Found look(Side from, Stopping stopping) {
        return before.look(steps.cutover(), from, stopping);
    }

    /** Moves the writes as was found possible; on any failure the journal says how it ended. */
    Outcome finish(Side from, BeforeSwitch.Found found) {
        if (found.refused().isPresent()) {
            return leftAlone(from, found.refused().get());
        }
        if (steered.isPaused()) {
            return leftAlone(from, Steered.paused(from == Side.SOURCE ? Verb.SWITCH : Verb.SWITCH_BACK));
        }
        try {
            steps.requireAlive();
            // Writing the phase down takes the session that holds the lease.
            var under = course.phase();
            var cutover = new Cutover(steps.cutover(), pace::nanos, () -> course.enter(under));
            var refused = refusal(cutover, from);
            if (refused.isPresent()) {
                return leftAlone(from, refused.get());
            }
            var millis = cutover.move(from, readable());
            routing.lead(from.other());
            var report = report(from, millis, found);
            report.putAll(routing.report());
            enterRouted(phaseBefore(from.other()));
            return new Outcome.Done(report);
        } catch (GodwitException e) {
            return undone(from, e);
        }
    }

    /** Why the writes cannot be moved, before anything of that is begun; empty when they can. */
    private static Optional<Problem> refusal(Cutover cutover, Side from) {
        try {
            cutover.prepare(from);
            return Optional.empty();
        } catch (GodwitException e) {
            if (e.retry() != Retry.NEVER) {
                throw e;
            }
            return Optional.of(e.problem());
        }
    }

    /** The writes stay where they are; nothing was begun that would have to be looked up. */
    Outcome leftAlone(Side from, Problem why) {
        enterRouted(phaseBefore(from));
        return new Outcome.Refused(why);
    }

    /** Looks up how a switch ended that failed. */
    Outcome undone(Side from, GodwitException failure) {
        steps.reopen();
        settle();
        return course.phase() == phaseBefore(from.other())
                ? new Outcome.Done(Map.of("writes", from.other().word(), "problem", failure.problem()))
                : new Outcome.Refused(failure.problem());
    }

    /** What a switch would do: everything is tried that has no effect, and the rest is measured; in whichever thread. */
    Outcome rehearse(Side from, Stopping stopping) {
        var actions = steps.rehearsal();
        var found = before.rehearse(actions, from, stopping);
        if (found.refused().isPresent()) {
            return new Outcome.Refused(found.refused().get());
        }
        var millis = new Cutover(actions, pace::nanos, () -> {}).run(from, readable());
        return new Outcome.Done(BeforeSwitch.forecast(from, millis, found));
    }

    private Map<String, Object> report(Side from, long pauseMillis, BeforeSwitch.Found found) {
        var report = new LinkedHashMap<String, Object>();
        report.put("writes", from.other().word());
        report.put("direction", from == Side.SOURCE ? "forward" : "back");
        report.put("writePauseMillis", pauseMillis);
        found.tell(report);
        report.put("rowsSinceVerification", steps.cutover().account());
        return report;
    }
}
