package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Conduct;
import godwit.move.MoveSpec;
import godwit.postgres.Beside;
import godwit.postgres.Pair;
import godwit.postgres.Session;
import godwit.postgres.Specs;
import godwit.postgres.ledger.PostgresLedger;
import godwit.run.MoveWorker;
import godwit.run.Outcome;
import godwit.run.Pace;
import godwit.run.Phase;
import godwit.run.RealPace;
import godwit.run.Request;
import godwit.run.Run;
import godwit.run.Steering;
import godwit.run.Verb;
import godwit.schema.TableName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A move of a pair with its worker in this process, as {@code godwit start} and the verbs carry it. */
final class LiveMove implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Pace PACE = new RealPace();

    private final Pair pair;
    private final MoveAccess access;
    private final Session asking;
    private volatile boolean stopped;
    private volatile String lastFailure = "none";
    private CompletableFuture<Void> worker = CompletableFuture.completedFuture(null);

    private LiveMove(Pair pair, MoveAccess access) {
        this.pair = pair;
        this.access = access;
        this.asking = Pair.application(pair.target());
    }

    /** Prepares the move of a pair by a role; nothing has begun yet. */
    static LiveMove of(Pair pair, String role) {
        return of(pair, role, withoutScratch(Specs.spec(pair.name(), 2)));
    }

    /** The same, with tables of any size copied by ranges of their keys. */
    static LiveMove byRanges(Pair pair) {
        return of(pair, "postgres", withoutScratch(Specs.byRange(pair.name(), 2)));
    }

    /** The same, going about its work in a way of its own. */
    static LiveMove of(Pair pair, String role, Conduct conduct) {
        var usual = withoutScratch(Specs.spec(pair.name(), 2));
        var spec = new MoveSpec(
                usual.name(),
                usual.source(),
                usual.target(),
                usual.tables(),
                usual.rows(),
                usual.switching(),
                usual.limits(),
                conduct);
        return of(pair, role, spec);
    }

    /** The same with a spec of the test's own. */
    static LiveMove of(Pair pair, String role, MoveSpec spec) {
        var urls = Map.of(
                "SOURCE_URL",
                url(pair.sourceServer().port(), role, pair),
                "TARGET_URL",
                url(pair.targetServer().port(), role, pair));
        return new LiveMove(pair, new MoveAccess(spec, Path.of("."), urls));
    }

    /** A move over other ways to the servers. */
    static LiveMove through(Pair pair, int sourcePort, int targetPort) {
        var urls = Map.of(
                "SOURCE_URL", url(sourcePort, "postgres", pair), "TARGET_URL", url(targetPort, "postgres", pair));
        return new LiveMove(pair, new MoveAccess(Specs.spec(pair.name(), 1), Path.of("."), urls));
    }

    /** A spec that leaves out the table that no log has. */
    static MoveSpec withoutScratch(MoveSpec usual) {
        var tables = new MoveSpec.TableSelection(List.of(), List.of(TableName.of("public", "scratch")));
        return new MoveSpec(
                usual.name(), usual.source(), usual.target(), tables, Map.of(), usual.switching(), usual.limits());
    }

    /** The same spec with tables and rows selected as a file says it. */
    static MoveSpec selecting(MoveSpec usual, MoveSpec.TableSelection tables, Map<String, String> where) {
        var rows = new HashMap<TableName, String>();
        where.forEach((table, condition) -> rows.put(TableName.of("public", table), condition));
        return new MoveSpec(
                usual.name(), usual.source(), usual.target(), tables, rows, usual.switching(), usual.limits());
    }

    private static String url(int port, String role, Pair pair) {
        return "postgresql://%s@127.0.0.1:%d/%s".formatted(role, port, pair.name());
    }

    MoveAccess access() {
        return access;
    }

    /** Begins the run, which nobody works on yet. */
    LiveMove plan() {
        try (var session = access.target().open("worker")) {
            var unused = begin(access.ledger(session));
        }
        return this;
    }

    /** Starts the worker, which goes on after every passing failure. */
    LiveMove start() {
        stopped = false;
        worker = Beside.run(this::supervise);
        return this;
    }

    private void supervise() {
        while (!stopped) {
            try {
                work();
                return;
            } catch (GodwitException e) {
                lastFailure = e.problem().toString();
                if (e.retry() != Retry.LATER
                        && !stopped
                        && !"worker-exists".equals(e.problem().code())) {
                    throw e;
                }
                PACE.pause(Duration.ofMillis(100));
            }
        }
    }

    private void work() {
        try (var session = access.target().open("worker")) {
            var ledger = access.ledger(session);
            var run = ledger.find(access.spec().name())
                    .filter(r -> !r.phase().isOver())
                    .orElseGet(() -> begin(ledger));
            if (!access.tryLease(session, run, "start")) {
                throw Problem.of("worker-exists", "Another worker.", "").asException();
            }
            try (var steps = access.steps(run.id())) {
                new MoveWorker(run, ledger, steps, PACE, "test worker").work(() -> stopped);
            }
        }
    }

    private Run begin(PostgresLedger ledger) {
        var id = UUID.randomUUID();
        try (var steps = access.steps(id)) {
            steps.preflight();
        }
        ledger.create();
        return ledger.begin(id, access.spec().name(), "");
    }

    /** Writes past the gate, as somebody does who switches off all triggers. */
    static void intrude(Session session, String sql) {
        session.execute("SET session_replication_role = replica");
        session.query(
                "SELECT set_config('godwit.exempt', substr(proname, 6), false) FROM pg_proc WHERE proname ~ '^gate_'",
                row -> row.getString(1));
        session.execute(sql);
        session.execute("SET session_replication_role = origin; SET godwit.exempt = ''");
    }

    /** Writes past the gate what looks as if this run's applier had written it. */
    void misapply(Session session, String sql) {
        intrude(
                session,
                "BEGIN; SELECT pg_logical_emit_message(true, 'godwit.apply', '%s forward'); %s; COMMIT"
                        .formatted(run(), sql));
    }

    /** Ends all sessions of Godwit on both servers, as a kill of its process does. */
    void kill() {
        for (var session : List.of(pair.atSource(), pair.atTarget())) {
            session.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'godwit%'"
                            + " AND datname = current_database()",
                    row -> row.getBoolean(1));
        }
    }

    /** Ends the worker in good order. */
    void stop() {
        stopped = true;
        await().atMost(PATIENCE).until(worker::isDone);
    }

    Phase phase() {
        return find().map(Run::phase).orElse(Phase.PLANNED);
    }

    /** The phase, through a session of its own; empty while the server does not answer, and when no run is known. */
    Optional<Phase> phaseIfAny() {
        try (var session = pair.target().open("look")) {
            return new PostgresLedger(session).find(access.spec().name()).map(Run::phase);
        } catch (GodwitException e) {
            return Optional.empty();
        }
    }

    /** Asks for something and goes on. */
    Request askWithoutWaiting(Verb verb) {
        return askWithoutWaiting(verb, Map.of());
    }

    Request askWithoutWaiting(Verb verb, Map<String, String> options) {
        var request = new Request(UUID.randomUUID(), run(), verb, options, "test");
        new PostgresLedger(asking).ask(request);
        return request;
    }

    /** The answer to what was asked; empty while there is none. */
    Optional<Outcome> answer(Request request) {
        return new PostgresLedger(asking).answerTo(request.id());
    }

    /** Asks through a session of its own; empty when no answer came soon, as while a server is down. */
    Optional<Outcome> askIfAny(Verb verb) {
        try (var session = pair.target().open("look")) {
            var ledger = new PostgresLedger(session);
            var run = ledger.find(access.spec().name()).orElseThrow().id();
            var request = new Request(UUID.randomUUID(), run, verb, Map.of(), "test");
            ledger.ask(request);
            return await().atMost(Duration.ofSeconds(15))
                    .until(
                            () -> {
                                ledger.stillWaiting(request.id());
                                return ledger.answerTo(request.id());
                            },
                            Optional::isPresent);
        } catch (GodwitException | org.awaitility.core.ConditionTimeoutException e) {
            return Optional.empty();
        }
    }

    /** What the worker has published last. */
    Map<String, Object> live() {
        return new PostgresLedger(asking).published(run());
    }

    /** The run's id. */
    UUID run() {
        return find().orElseThrow().id();
    }

    private Optional<Run> find() {
        return new PostgresLedger(asking).find(access.spec().name());
    }

    /** Waits for a phase, or for the failure that ended the worker. */
    LiveMove awaitPhase(Phase wanted) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            requireWorker();
            assertThat(phase()).as("last failure: " + lastFailure).isEqualTo(wanted);
        });
        return this;
    }

    /** Waits until the worker has ended because the run is over. */
    void awaitOver() {
        await().atMost(PATIENCE).until(worker::isDone);
        requireWorker();
    }

    /** Waits for the Problem that ends the worker. */
    Problem awaitFailure() {
        await().atMost(PATIENCE).until(worker::isCompletedExceptionally);
        return worker.handle((done, failed) -> {
                    var cause = failed instanceof CompletionException ? failed.getCause() : failed;
                    return ((GodwitException) Objects.requireNonNull(cause)).problem();
                })
                .join();
    }

    private void requireWorker() {
        if (worker.isCompletedExceptionally()) {
            try {
                worker.join();
            } catch (CompletionException e) {
                throw new AssertionError("the worker ended", e.getCause());
            }
        }
    }

    Outcome ask(Verb verb) {
        return ask(verb, Map.of());
    }

    Outcome ask(Verb verb, Map<String, String> options) {
        var ledger = new PostgresLedger(asking);
        var request = new Request(UUID.randomUUID(), find().orElseThrow().id(), verb, options, "test");
        ledger.ask(request);
        return await().atMost(PATIENCE)
                .until(() -> answer(ledger, request), Optional::isPresent)
                .orElseThrow();
    }

    /** The answer; a ledger that is gone, or no longer has the run, is the end of a rollback. */
    private Optional<Outcome> answer(PostgresLedger ledger, Request request) {
        requireWorker();
        try {
            ledger.stillWaiting(request.id());
            return request.verb() == Verb.ROLLBACK && ledger.find(request.run()).isEmpty()
                    ? Optional.of(new Outcome.Done(Map.of()))
                    : ledger.answerTo(request.id());
        } catch (GodwitException e) {
            if (request.verb() != Verb.ROLLBACK) {
                throw e;
            }
            // It may be on its way out just now.
            return ledger.exists() ? Optional.empty() : Optional.of(new Outcome.Done(Map.of()));
        }
    }

    /** What the worker published last. */
    Map<String, Object> published() {
        return find().map(run -> new PostgresLedger(asking).published(run.id())).orElse(Map.of());
    }

    Steering steering() {
        return new PostgresLedger(asking).steering(find().orElseThrow().id());
    }

    String lastFailure() {
        return lastFailure;
    }

    @Override
    public void close() {
        stop();
        asking.close();
    }
}
