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

/** Moves a run's writes to the other side: proof first, then the cutover, then the ledger's phase. */
final class Switching {
    /** Where a switch left the run, and what is told of it. */
    record Result(Phase phase, Outcome outcome) {}

    private final Run run;
    private final Ledger ledger;
    private final MoveSteps steps;
    private final Pace pace;
    private final BeforeSwitch before;
    private final Routing routing;

    Switching(Run run, Ledger ledger, MoveSteps steps, Pace pace) {
        this.run = run;
        this.ledger = ledger;
        this.steps = steps;
        this.pace = pace;
        this.before = new BeforeSwitch(steps, pace);
        this.routing = new Routing(steps, pace);
    }

    /**
     * The phase that the journal's decision stands for; a decision that was not carried out is finished first.
     *
     * @param found the phase in the ledger: in that of a switch, the router may not have heard of its end
     */
    Phase settle(Phase found) {
        var journal = readable();
        var to = journal.writes() == Writes.SOURCE ? Side.SOURCE : Side.TARGET;
        if (!journal.isSettled()) {
            steps.cutover().open(to, journal.epoch());
        }
        if (!journal.isSettled() || found == Phase.SWITCHING || found == Phase.SWITCHING_BACK) {
            routing.lead(to);
        }
        return enterRouted(phaseOf(journal.writes()));
    }

    /** Tries again to tell the router, if it has not heard yet and some time has passed. */
    void routeAgain(Phase phase) {
        if (routing.isDue()) {
            routing.again();
            enterRouted(phase);
        }
    }

    /** What is told in status. */
    Map<String, Object> report() {
        return routing.report();
    }

    /** Until the router has heard, the ledger keeps the phase of the switch: whoever comes next tries again. */
    private Phase enterRouted(Phase phase) {
        return routing.isDone() ? enter(phase) : phase;
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

    /** @param phase the phase to be in under the fence: writing it down takes the session that holds the lease */
    private Cutover cutover(Phase phase) {
        return new Cutover(steps.cutover(), pace::nanos, () -> ledger.enter(run.id(), phase));
    }

    private static Phase phaseOf(Writes writes) {
        return writes == Writes.SOURCE ? Phase.READY : Phase.SWITCHED;
    }

    private Phase enter(Phase phase) {
        ledger.enter(run.id(), phase);
        return phase;
    }

    /** Moves the writes away from a side; on any failure the journal says how it ended. */
    Result move(Side from) {
        var here = phaseOf(Writes.on(from));
        var there = phaseOf(Writes.on(from.other()));
        var under = enter(from == Side.SOURCE ? Phase.SWITCHING : Phase.SWITCHING_BACK);
        try {
            var found = before.look(steps.cutover(), from);
            if (found.refused().isPresent()) {
                return new Result(
                        enterRouted(here), new Outcome.Refused(found.refused().get()));
            }
            var millis = cutover(under).run(from, readable());
            before.switched(from);
            routing.lead(from.other());
            var report = report(from, millis, found);
            report.putAll(routing.report());
            return new Result(enterRouted(there), new Outcome.Done(report));
        } catch (GodwitException e) {
            return lookedUp(from, under, e);
        }
    }

    private Result lookedUp(Side from, Phase under, GodwitException failure) {
        steps.reopen();
        var phase = settle(under);
        var outcome = phase == phaseOf(Writes.on(from.other()))
                ? new Outcome.Done(Map.of("writes", from.other().word(), "problem", failure.problem()))
                : new Outcome.Refused(failure.problem());
        return new Result(phase, outcome);
    }

    /** What a switch would do: everything is tried that has no effect, and the rest is measured. */
    Outcome rehearse(Side from) {
        try {
            var actions = steps.rehearsal();
            var found = before.look(actions, from);
            if (found.refused().isPresent()) {
                return new Outcome.Refused(found.refused().get());
            }
            var millis = new Cutover(actions, pace::nanos, () -> {}).run(from, readable());
            return new Outcome.Done(BeforeSwitch.forecast(from, millis, found));
        } catch (GodwitException e) {
            return new Outcome.Refused(e.problem());
        }
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
