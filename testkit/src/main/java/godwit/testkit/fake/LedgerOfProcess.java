package godwit.testkit.fake;

import godwit.Problem;
import godwit.move.Side;
import godwit.run.Ledger;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Request;
import godwit.run.Run;
import godwit.run.Steering;
import godwit.run.Verb;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The ledger as one process reaches it: each use is an effect on the target, and ends with the session it began with. */
public final class LedgerOfProcess implements Ledger {
    private final FakeLedger ledger;
    private final FakeProcess process;
    private final int connection;

    public LedgerOfProcess(FakeLedger ledger, FakeProcess process) {
        this.ledger = ledger;
        this.process = process;
        this.connection = process.connection(Side.TARGET);
    }

    private void does(String name, Runnable use) {
        process.does(Side.TARGET, "ledger: " + name, () -> {
            requireSession();
            use.run();
        });
    }

    /** The session holds the lease too: once it is lost, another worker may have the run. */
    private void requireSession() {
        process.requireAlive();
        if (!process.makes(Mistake.LEASE_UNCHECKED) && connection != process.connection(Side.TARGET)) {
            throw FakeProcess.lost(Side.TARGET);
        }
    }

    @Override
    public Optional<Run> find(String name) {
        return process.effect(Side.TARGET, "ledger: find", () -> ledger.find(name));
    }

    @Override
    public Run begin(UUID id, String name, String digest) {
        return process.effect(Side.TARGET, "ledger: begin", () -> ledger.begin(id, name, digest));
    }

    @Override
    public void enter(UUID run, Phase phase, String operator) {
        does("enter " + phase.word(), () -> ledger.enter(run, phase, operator));
    }

    @Override
    public void hold(UUID run, Problem problem, String operator) {
        does("hold", () -> ledger.hold(run, problem, operator));
    }

    @Override
    public void record(Event event) {
        does("record", () -> ledger.record(event));
    }

    @Override
    public void record(Request request, String result, String code) {
        does("record", () -> ledger.record(request, result, code));
    }

    @Override
    public void ask(Request request) {
        does("ask", () -> ledger.ask(request));
    }

    /** No effect: reading changes nothing, and happens too often to be killed around each time. */
    @Override
    public Optional<Request> nextRequest(UUID run, Set<Verb> verbs) {
        requireSession();
        return ledger.nextRequest(run, verbs);
    }

    @Override
    public Optional<Request> unanswered(UUID run, Verb verb) {
        requireSession();
        return ledger.unanswered(run, verb);
    }

    @Override
    public void answer(UUID request, Outcome outcome) {
        does("answer", () -> ledger.answer(request, outcome));
    }

    @Override
    public Optional<Outcome> answerTo(UUID request) {
        return ledger.answerTo(request);
    }

    @Override
    public void stillWaiting(UUID request) {
        does("beat", () -> ledger.stillWaiting(request));
    }

    @Override
    public Steering steering(UUID run) {
        requireSession();
        return ledger.steering(run);
    }

    @Override
    public void steer(UUID run, Map<String, String> wishes, String operator) {
        does("steer", () -> ledger.steer(run, wishes, operator));
    }

    @Override
    public void publish(UUID run, Map<String, Object> live) {
        requireSession();
        ledger.publish(run, live);
    }

    @Override
    public Map<String, Object> published(UUID run) {
        return ledger.published(run);
    }
}
