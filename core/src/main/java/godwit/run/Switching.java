package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Side;
import godwit.traffic.Cutover;
import godwit.traffic.Writes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Moves a run's writes to the other side: proof first, then the cutover, then the ledger's phase. */
final class Switching {
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
        var journal = steps.journal();
        if (journal.writes() == Writes.UNKNOWN) {
            throw unknown();
        }
        if (!journal.isSettled()) {
            new Cutover(steps.cutover(), pace::nanos).finish(journal);
        }
        return enter(journal.writes());
    }

    private static GodwitException unknown() {
        return Problem.of(
                        "writes-unknown",
                        "The journal cannot be read in full, so nobody knows which side takes the writes.",
                        "Bring back the server that does not answer; nothing acts until then.")
                .asException();
    }

    private Phase enter(Writes writes) {
        var phase = writes == Writes.SOURCE ? Phase.READY : Phase.SWITCHED;
        ledger.enter(run.id(), phase);
        return phase;
    }

    /** Moves the writes away from a side; on any failure the journal says how it ended. */
    Outcome move(Side from) {
        ledger.enter(run.id(), from == Side.SOURCE ? Phase.SWITCHING : Phase.SWITCHING_BACK);
        try {
            steps.cutover().checkBefore(from);
            var verification = steps.verify(UUID.randomUUID(), "before switch");
            if (!verification.isEqual()) {
                ledger.enter(run.id(), from == Side.SOURCE ? Phase.READY : Phase.SWITCHED);
                return new Outcome.Refused(differencesOpen(verification.differences()));
            }
            var millis = new Cutover(steps.cutover(), pace::nanos).run(from, steps.journal());
            enter(Writes.on(from.other()));
            return new Outcome.Done(report(from, millis, verification.rowsCompared(), verification.position()));
        } catch (GodwitException e) {
            return lookedUp(from, e);
        }
    }

    private Outcome lookedUp(Side from, GodwitException failure) {
        steps.reopen();
        var phase = settle();
        var moved = phase == (from == Side.SOURCE ? Phase.SWITCHED : Phase.READY);
        return moved
                ? new Outcome.Done(Map.of("writes", from.other().word(), "problem", failure.problem()))
                : new Outcome.Refused(failure.problem());
    }

    private static Map<String, Object> report(Side from, long pauseMillis, long rows, String position) {
        var report = new LinkedHashMap<String, Object>();
        report.put("writes", from.other().word());
        report.put("direction", from == Side.SOURCE ? "forward" : "back");
        report.put("writePauseMillis", pauseMillis);
        report.put("rowsVerified", rows);
        report.put("position", position);
        return report;
    }

    private static Problem differencesOpen(long differences) {
        return Problem.of(
                "differences-open",
                "The sides differ in %d places, so the writes stay where they are.".formatted(differences),
                "See them with godwit verify, mend them with godwit repair, then switch again.");
    }
}
