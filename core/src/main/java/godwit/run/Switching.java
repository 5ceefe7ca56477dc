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
import java.util.UUID;

/** Moves a run's writes to the other side: proof first, then the cutover, then the ledger's phase. */
final class Switching {
    /** Where a switch left the run, and what is told of it. */
    record Result(Phase phase, Outcome outcome) {}

    private final Run run;
    private final Ledger ledger;
    private final MoveSteps steps;
    private final Pace pace;

    Switching(Run run, Ledger ledger, MoveSteps steps, Pace pace) {
        this.run = run;
        this.ledger = ledger;
        this.steps = steps;
        this.pace = pace;
    }

    /** The phase that the journal's decision stands for; a decision that was not carried out is finished first. */
    Phase settle() {
        var journal = readable();
        if (!journal.isSettled()) {
            cutover(phaseOf(journal.writes())).finish(journal);
        }
        return enter(phaseOf(journal.writes()));
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
            steps.cutover().checkBefore(from);
            var verification = steps.verify(UUID.randomUUID(), "before switch");
            if (!verification.isEqual()) {
                return new Result(enter(here), new Outcome.Refused(differencesOpen(verification.differences())));
            }
            var millis = cutover(under).run(from, readable());
            var report = report(from, millis, verification.rowsCompared(), verification.position());
            return new Result(enter(there), new Outcome.Done(report));
        } catch (GodwitException e) {
            return lookedUp(from, e);
        }
    }

    private Result lookedUp(Side from, GodwitException failure) {
        steps.reopen();
        var phase = settle();
        var outcome = phase == phaseOf(Writes.on(from.other()))
                ? new Outcome.Done(Map.of("writes", from.other().word(), "problem", failure.problem()))
                : new Outcome.Refused(failure.problem());
        return new Result(phase, outcome);
    }

    private Map<String, Object> report(Side from, long pauseMillis, long rows, String position) {
        var report = new LinkedHashMap<String, Object>();
        report.put("writes", from.other().word());
        report.put("direction", from == Side.SOURCE ? "forward" : "back");
        report.put("writePauseMillis", pauseMillis);
        report.put("rowsVerified", rows);
        report.put("position", position);
        report.put("rowsSinceVerification", steps.cutover().account());
        return report;
    }

    private static Problem differencesOpen(long differences) {
        return Problem.of(
                "differences-open",
                "The sides differ in %d places, so the writes stay where they are.".formatted(differences),
                "See them with godwit verify, mend them with godwit repair, then switch again.");
    }
}
