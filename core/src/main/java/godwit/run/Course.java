package godwit.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/** A run on its way: the phase that it is in, what is asked of it, and what its ledger is told. */
final class Course {
    private final Run run;
    private final Ledger ledger;
    private Phase phase;
    private List<Supplier<Map<String, Object>>> reporters = List.of();

    Course(Run run, Ledger ledger) {
        this.run = run;
        this.ledger = ledger;
        this.phase = run.phase();
    }

    UUID id() {
        return run.id();
    }

    Phase phase() {
        return phase;
    }

    /** Moves the run on, in the ledger first. */
    void enter(Phase next) {
        ledger.enter(run.id(), next);
        phase = next;
    }

    /** The run stands here, whatever the ledger says: it keeps an earlier phase on purpose, or is gone. */
    void stand(Phase here) {
        phase = here;
    }

    Optional<Request> next(Set<Verb> verbs) {
        return ledger.nextRequest(run.id(), verbs);
    }

    Optional<Request> unanswered(Verb verb) {
        return ledger.unanswered(run.id(), verb);
    }

    void begun(Request request) {
        record(request, "begun", "");
    }

    void answer(Request request, Outcome outcome) {
        ledger.answer(request.id(), outcome);
        switch (outcome) {
            case Outcome.Refused refused ->
                record(request, "refused", refused.problem().code());
            case Outcome.Done done -> record(request, "done", "");
            case Outcome.Different different -> record(request, "different", "");
            case Outcome.Unknown unknown ->
                record(request, "unknown", unknown.problem().code());
        }
    }

    private void record(Request request, String result, String code) {
        record(request.operator(), request.verb().word(), result, code);
    }

    void record(String operator, String verb, String result, String code) {
        ledger.record(new Ledger.Event(run.id(), operator, verb, result, code));
    }

    /** From now on these tell how the run stands; of two that tell the same the later one counts. */
    void toldBy(List<Supplier<Map<String, Object>>> all) {
        reporters = List.copyOf(all);
    }

    void publish() {
        var live = new LinkedHashMap<String, Object>();
        reporters.forEach(reporter -> live.putAll(reporter.get()));
        ledger.publish(run.id(), live);
    }
}
