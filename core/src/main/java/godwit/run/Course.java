package godwit.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A run on its way: the phase that it is in, what is asked of it, and what its ledger is told. */
final class Course {
    private static final String ITSELF = "godwit";

    private final Run run;
    private final Ledger ledger;
    private final String operator;
    private String acting;
    private Phase phase;
    private List<Supplier<Map<String, Object>>> reporters = List.of();
    private Consumer<Phase> onEntering = phase -> {};

    /** @param operator who works on the run; what is done because somebody asked is done for whom that was */
    Course(Run run, Ledger ledger, String operator) {
        this.run = run;
        this.ledger = ledger;
        this.operator = operator;
        this.acting = operator;
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
        ledger.enter(run.id(), next, acting);
        stand(next);
    }

    void onEntering(Consumer<Phase> listener) {
        onEntering = listener;
    }

    /** The run stands here, whatever the ledger says: it keeps an earlier phase on purpose, or is gone. */
    void stand(Phase here) {
        if (here != phase) {
            onEntering.accept(here);
        }
        phase = here;
    }

    Optional<Request> next(Set<Verb> verbs) {
        return ledger.nextRequest(run.id(), verbs);
    }

    Optional<Request> unanswered(Verb verb) {
        return ledger.unanswered(run.id(), verb);
    }

    void begun(Request request) {
        actFor(request);
        ledger.record(request, "begun", "");
    }

    /** What follows is done for whoever asked for this, until it is answered. */
    void actFor(Request request) {
        if (!request.verb().isSteering()) {
            acting = request.operator();
        }
    }

    /** What follows is done by the run itself. */
    void actAlone() {
        acting = ITSELF;
    }

    /** What follows is done for whoever works on the run. */
    void actForOperator() {
        acting = operator;
    }

    void answer(Request request, Outcome outcome) {
        ledger.answer(request.id(), outcome);
        switch (outcome) {
            case Outcome.Refused refused ->
                ledger.record(request, "refused", refused.problem().code());
            case Outcome.Done done -> ledger.record(request, "done", "");
            case Outcome.Different different -> ledger.record(request, "different", "");
            case Outcome.Unknown unknown ->
                ledger.record(request, "unknown", unknown.problem().code());
        }
        if (!request.verb().isSteering()) {
            actForOperator();
        }
    }

    /** Notes something that the run does by itself. */
    void recordOwn(Verb verb, String result, String code) {
        ledger.record(new Ledger.Event(run.id(), ITSELF, verb.word(), result, code));
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
