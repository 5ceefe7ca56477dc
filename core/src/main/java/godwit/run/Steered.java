package godwit.run;

import godwit.Problem;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Keeps a run as people steer it: writes their wishes down, and hands each new one to the work. */
public final class Steered {
    private final Run run;
    private final Ledger ledger;
    private final Consumer<Steering> work;
    private Steering heeded = Steering.NONE;
    private boolean told;
    private boolean goesOn;

    /** @param work told at first, and whenever the wishes have changed */
    public Steered(Run run, Ledger ledger, Consumer<Steering> work) {
        this.run = run;
        this.ledger = ledger;
        this.work = work;
    }

    /** Looks what is wanted now, and lets the work know if it is something new. */
    public Steering heed() {
        var wanted = allowed(ledger.steering(run.id()));
        if (!told || !wanted.equals(heeded)) {
            told = true;
            work.accept(wanted);
            heeded = wanted;
        }
        return wanted;
    }

    public boolean isPaused() {
        return heeded.isPaused();
    }

    private Steering allowed(Steering wanted) {
        return goesOn ? new Steering(Optional.empty(), wanted.settings()) : wanted;
    }

    /** Lets the work go on for now, because something that people want more needs it. */
    void goOnForNow() {
        goesOn = true;
        heed();
    }

    /** What needed the work to go on has ended: a pause counts again. */
    void goOnAsWanted() {
        goesOn = false;
        heed();
    }

    /** Writes down what a request wants; from then on it holds. */
    public Outcome carryOut(Request request) {
        ledger.steer(run.id(), wishes(request), request.operator());
        return new Outcome.Done(report(heed()));
    }

    private static Map<String, String> wishes(Request request) {
        return switch (request.verb()) {
            case PAUSE -> Map.of(Steering.PAUSED, "true");
            case RESUME -> Map.of(Steering.PAUSED, "");
            case SET -> request.options();
            case VERIFY, REPAIR, SWITCH, SWITCH_BACK, ROLLBACK, COMPLETE ->
                throw new IllegalArgumentException(request.verb().word());
        };
    }

    private static Map<String, Object> report(Steering steering) {
        var report = new LinkedHashMap<String, Object>();
        report.put("paused", steering.isPaused());
        report.put("set", new TreeMap<>(steering.settings()));
        return report;
    }

    /** Why a paused run does not do what was asked. */
    static Problem paused(Verb verb) {
        return Problem.of(
                "run-paused",
                "The run is paused; %s needs both sides in step.".formatted(verb.word()),
                "Let it go on with godwit resume, then try again.");
    }
}
