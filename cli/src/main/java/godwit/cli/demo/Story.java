package godwit.cli.demo;

import godwit.GodwitException;
import godwit.Problem;
import godwit.cli.live.Asking;
import godwit.cli.live.Supervisor;
import godwit.cli.live.Words;
import godwit.demo.CaseDatabase;
import godwit.demo.Invariant;
import godwit.demo.Tally;
import godwit.demo.Workload;
import godwit.file.Json;
import godwit.postgres.move.MoveAccess;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.RealPace;
import godwit.run.Verb;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The move itself, verb by verb as a person would ask for it, while the clients work. */
final class Story implements AutoCloseable {
    private static final Duration TURN = Duration.ofMillis(50);
    private static final long LIFE_NANOS_MIN = Duration.ofSeconds(2).toNanos();
    private static final long NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

    /** What a switch that is too slow on a busy machine says after it has undone itself. */
    private static final Set<String> UNDONE = Set.of(
            "stream-not-caught-up",
            "writers-not-drained",
            "writers-too-old",
            "does-not-fit",
            "pause-too-long",
            "fence-ended");

    private static final int ATTEMPTS_MAX = 5;

    private final Stage stage;
    private final Workload<CaseDatabase> clients;
    private final Timeline timeline;
    private final DemoReport report;
    private final MoveAccess access;
    private final Supervisor supervisor;
    private final CompletableFuture<Void> worker = new CompletableFuture<>();
    private final RealPace pace = new RealPace();

    Story(Stage stage, Workload<CaseDatabase> clients, Timeline timeline, DemoReport report) {
        this.stage = stage;
        this.clients = clients;
        this.timeline = timeline;
        this.report = report;
        this.access = stage.access();
        this.supervisor = new Supervisor(access, stage.operator(), this::worker);
    }

    /** What the worker says of the run's phases is in the timeline anyway; what hinders it is not. */
    private void worker(String line) {
        if (!line.startsWith("Run ")) {
            timeline.tell("worker", line);
        }
    }

    /** @param seconds how long the clients work in all, about */
    void tell(int seconds) throws SQLException {
        var ends = pace.nanos() + seconds * NANOS_PER_SECOND;
        plan();
        start();
        verify("before switch");
        turn(Verb.SWITCH, "forward");
        live(ends, 3);
        verify("after switch");
        back();
        live(ends, 2);
        verify("after switch back");
        turn(Verb.SWITCH, "forward");
        live(ends, 1);
        verify("before complete");
        complete();
        clients.close();
        report.worked(clients.report());
        clients.failures().forEach(failure -> timeline.tell("", failure));
        var looked = new LastLook(stage, clients).look();
        report.checked(looked);
        timeline.tell(
                "checks",
                "without Godwit, on both servers: %d of %d promises hold"
                        .formatted(looked.stream().filter(Invariant::holds).count(), looked.size()));
    }

    private void plan() {
        try (var steps = access.steps(UUID.randomUUID())) {
            steps.preflight();
            var bytes =
                    steps.tables().stream().mapToLong(table -> table.bytes()).sum();
            timeline.tell(
                    "plan",
                    "%s, %s; nothing stands in the way"
                            .formatted(Words.of(steps.tables().size(), "table"), Words.bytes(bytes)));
        }
    }

    private void start() {
        timeline.tell("start", "copying while the clients write, and following what they write");
        Thread.ofPlatform().daemon().name("demo-worker").start(() -> {
            try {
                supervisor.carry();
                worker.complete(null);
            } catch (RuntimeException e) {
                worker.completeExceptionally(e);
            }
        });
        awaitReady();
        try (var session = access.target().open("demo")) {
            var ledger = access.ledger(session);
            var copied = ledger.copied(
                    ledger.find(access.spec().name()).orElseThrow().id());
            report.copied(copied);
            timeline.tell(
                    "ready",
                    "%s (%s) copied in %s, indexes built, both sides in step"
                            .formatted(
                                    Words.of(copied.rows(), "row"),
                                    Words.bytes(copied.bytes()),
                                    Words.time(copied.seconds())));
        }
    }

    private void awaitReady() {
        while (true) {
            try (var session = access.target().open("demo")) {
                var ledger = access.ledger(session);
                var phase = ledger.find(access.spec().name()).map(run -> run.phase());
                if (phase.filter(Phase.READY::equals).isPresent()) {
                    return;
                }
            }
            requireWorker();
            pace.pause(TURN);
        }
    }

    private void requireWorker() {
        if (worker.isDone()) {
            try {
                worker.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            }
            throw new IllegalStateException("the worker ended early");
        }
    }

    private void verify(String phase) {
        var result = ask(Verb.VERIFY);
        var rows = number(result, "rowsCompared");
        var differences = number(result, "differences");
        var position = String.valueOf(result.get("position"));
        report.verified(phase, rows, differences, position);
        timeline.tell(
                "verify",
                "%s compared at position %s: %s"
                        .formatted(Words.of(rows, "row"), position, Words.of(differences, "difference")));
        if (differences > 0) {
            timeline.tell("", Json.write(result));
        }
    }

    /** Moves the writes; a switch that undid itself because it would have taken too long is tried again. */
    private void turn(Verb verb, String direction) {
        var result = askUntilItFits(verb);
        var millis = number(result, "writePauseMillis");
        report.switched(direction, millis);
        timeline.tell(
                "switch",
                "writes moved to the %s; for that, writers waited %d ms".formatted(result.get("writes"), millis));
    }

    private void back() throws SQLException {
        var began = pace.nanos();
        turn(Verb.SWITCH_BACK, "back");
        var seconds = (pace.nanos() - began) / (double) NANOS_PER_SECOND;
        try (var source = stage.openSource()) {
            var tally = Tally.of(source, clients);
            report.rolledBack(seconds, tally);
            timeline.tell(
                    "back",
                    "took %s; of all that was committed %d are lost, %d doubled"
                            .formatted(Words.time(seconds), tally.lost(), tally.doubled()));
        }
    }

    /** Lets the clients work for their share of the time that is left. */
    private void live(long ends, int shares) {
        var committed = clients.report().committed();
        var until = pace.nanos() + Math.max(LIFE_NANOS_MIN, (ends - pace.nanos()) / shares);
        while (pace.nanos() < until) {
            requireWorker();
            pace.pause(TURN);
        }
        timeline.tell(
                "life",
                "%s committed on the %s"
                        .formatted(
                                Words.of(clients.report().committed() - committed, "transaction"),
                                stage.writingSide().word()));
    }

    private void complete() {
        ask(Verb.COMPLETE);
        timeline.tell("complete", "the source is read only, and nothing of Godwit is left in it");
    }

    private Map<String, Object> askUntilItFits(Verb verb) {
        for (var attempt = 1; ; attempt++) {
            try {
                return ask(verb);
            } catch (GodwitException e) {
                if (!UNDONE.contains(e.problem().code()) || attempt == ATTEMPTS_MAX) {
                    throw e;
                }
                timeline.tell(
                        "switch",
                        "undone, nothing has changed, trying again: "
                                + e.problem().message());
            }
        }
    }

    private Map<String, Object> ask(Verb verb) {
        var outcome = new Asking(access, stage.operator()).ask(verb, Map.of());
        return switch (outcome) {
            case Outcome.Done done -> done.result();
            case Outcome.Different different -> different.result();
            case Outcome.Refused refused -> throw refused.problem().asException();
            case Outcome.Unknown unknown -> throw unknown.problem().asException();
        };
    }

    private static long number(Map<String, Object> result, String key) {
        if (result.get(key) instanceof Number number) {
            return number.longValue();
        }
        throw Problem.of("answer-incomplete", "The answer says nothing of %s.".formatted(key), "See the timeline.")
                .asException();
    }

    @Override
    public void close() {
        supervisor.stop();
    }
}
