package godwit.testkit.fake;

import godwit.Problem;
import godwit.run.Ledger;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Request;
import godwit.run.Run;
import godwit.run.Steering;
import godwit.run.Verb;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;

/** A ledger in memory that outlives the processes that use it. */
public final class FakeLedger implements Ledger {
    private static final long WAITING_NANOS = Duration.ofSeconds(10).toNanos();

    /** A request with what became of it. */
    private static final class Asked {
        final Request request;
        long waitingAt;
        Optional<Outcome> answer = Optional.empty();

        Asked(Request request, long waitingAt) {
            this.request = request;
            this.waitingAt = waitingAt;
        }
    }

    private final LongSupplier nanos;
    private final Map<UUID, Run> runs = new LinkedHashMap<>();
    private final List<UUID> ended = new ArrayList<>();
    private final Map<UUID, Asked> requests = new LinkedHashMap<>();
    private final Map<UUID, Map<String, Object>> live = new LinkedHashMap<>();
    private final Map<UUID, Steering> steering = new LinkedHashMap<>();
    private final List<Event> events = new ArrayList<>();

    /** @param nanos a clock that only goes forward */
    public FakeLedger(LongSupplier nanos) {
        this.nanos = nanos;
    }

    @Override
    public Optional<Run> find(String name) {
        var named =
                runs.values().stream().filter(run -> run.name().equals(name)).toList();
        return named.stream()
                .filter(run -> !run.phase().isOver())
                .findFirst()
                .or(() -> named.stream().max(Comparator.comparingInt(run -> ended.lastIndexOf(run.id()))));
    }

    @Override
    public Run begin(UUID id, String name, String digest) {
        if (find(name).filter(run -> !run.phase().isOver()).isPresent()) {
            throw Problem.of("run-exists", "A run of this name is under way.", "End it first.")
                    .asException();
        }
        var run = new Run(id, name, Phase.PLANNED, Optional.empty(), Instant.EPOCH.plusNanos(nanos.getAsLong()));
        runs.put(id, run);
        return run;
    }

    @Override
    public void enter(UUID run, Phase phase, String operator) {
        if (phase(run).filter(phase::equals).isEmpty()) {
            record(new Event(run, operator, phase.word(), "done", ""));
        }
        replace(run, phase, Optional.empty());
        if (phase.isOver()) {
            ended.add(run);
        }
    }

    @Override
    public void hold(UUID run, Problem problem, String operator) {
        record(new Event(run, operator, "hold", "failed", problem.code()));
        phase(run).ifPresent(phase -> replace(run, phase, Optional.of(problem)));
    }

    private void replace(UUID id, Phase phase, Optional<Problem> problem) {
        runs.computeIfPresent(id, (same, run) -> new Run(id, run.name(), phase, problem, run.begunAt()));
    }

    /** The phase of a run; empty when the ledger has forgotten it. */
    public Optional<Phase> phase(UUID run) {
        return Optional.ofNullable(runs.get(run)).map(Run::phase);
    }

    @Override
    public void record(Event event) {
        events.add(event);
    }

    @Override
    public void record(Request request, String result, String code) {
        record(new Event(request.run(), request.operator(), request.verb().word(), result, code));
    }

    public List<Event> events() {
        return List.copyOf(events);
    }

    @Override
    public void ask(Request request) {
        requests.put(request.id(), new Asked(request, nanos.getAsLong()));
    }

    @Override
    public Optional<Request> nextRequest(UUID run, Set<Verb> verbs) {
        return requests.values().stream()
                .filter(asked -> asked.request.run().equals(run) && asked.answer.isEmpty())
                .filter(asked -> nanos.getAsLong() - asked.waitingAt < WAITING_NANOS)
                .map(asked -> asked.request)
                .filter(request -> verbs.contains(request.verb()))
                .findFirst();
    }

    @Override
    public Optional<Request> unanswered(UUID run, Verb verb) {
        return requests.values().stream()
                .filter(asked -> asked.request.run().equals(run) && asked.answer.isEmpty())
                .map(asked -> asked.request)
                .filter(request -> request.verb() == verb)
                .reduce((older, newer) -> newer);
    }

    @Override
    public void answer(UUID request, Outcome outcome) {
        Optional.ofNullable(requests.get(request)).ifPresent(asked -> asked.answer = Optional.of(outcome));
    }

    @Override
    public Optional<Outcome> answerTo(UUID request) {
        return Optional.ofNullable(requests.get(request)).flatMap(asked -> asked.answer);
    }

    @Override
    public void stillWaiting(UUID request) {
        Optional.ofNullable(requests.get(request)).ifPresent(asked -> asked.waitingAt = nanos.getAsLong());
    }

    @Override
    public Steering steering(UUID run) {
        return steering.getOrDefault(run, Steering.NONE);
    }

    @Override
    public void steer(UUID run, Map<String, String> wishes, String operator) {
        var before = steering(run);
        var settings = new LinkedHashMap<>(before.settings());
        var pausedBy = before.pausedBy();
        for (var wish : wishes.entrySet()) {
            if (wish.getKey().equals(Steering.PAUSED)) {
                pausedBy = wish.getValue().isEmpty() ? Optional.empty() : Optional.of(operator);
            } else if (wish.getValue().isEmpty()) {
                settings.remove(wish.getKey());
            } else {
                settings.put(wish.getKey(), wish.getValue());
            }
        }
        steering.put(run, new Steering(pausedBy, settings));
    }

    @Override
    public void publish(UUID run, Map<String, Object> report) {
        live.put(run, Map.copyOf(report));
    }

    @Override
    public Map<String, Object> published(UUID run) {
        return live.getOrDefault(run, Map.of());
    }

    /** Forgets a run and all that was asked of it. */
    public void forget(UUID run) {
        runs.remove(run);
        live.remove(run);
        steering.remove(run);
        requests.values().removeIf(asked -> asked.request.run().equals(run));
        events.removeIf(event -> event.run().equals(run));
    }

    public boolean isEmpty() {
        return runs.isEmpty() && requests.isEmpty() && events.isEmpty() && live.isEmpty() && steering.isEmpty();
    }
}
