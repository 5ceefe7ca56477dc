package godwit.cli.live;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.cli.log.RunLog;
import godwit.postgres.ledger.PostgresLedger;
import godwit.postgres.move.MoveAccess;
import godwit.run.Ledger;
import godwit.run.MoveWorker;
import godwit.run.Outcome;
import godwit.run.Pace;
import godwit.run.Phase;
import godwit.run.RealPace;
import godwit.run.Request;
import godwit.run.Run;
import godwit.run.Steered;
import godwit.run.Verb;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Asks a run's worker for something through the ledger; where no worker follows the run, does the work itself. */
public final class Asking {
    private static final Duration TURN = Duration.ofMillis(50);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final long BEAT_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long LOST_NANOS_MAX = Duration.ofSeconds(20).toNanos();

    private final MoveAccess access;
    private final Operator operator;
    private final Pace pace;

    public Asking(MoveAccess access, Operator operator) {
        this(access, operator, new RealPace());
    }

    Asking(MoveAccess access, Operator operator, Pace pace) {
        this.access = access;
        this.operator = operator;
        this.pace = pace;
    }

    /** Asks and waits for the answer; one that was asked and whose answer cannot be had is unknown. */
    public Outcome ask(Verb verb, Map<String, String> options) {
        Request request;
        try (var session = access.target().openBriefly("ask")) {
            var ledger = access.ledger(session);
            var run = access.find(ledger).orElseThrow(Asking::noRun);
            if (run.phase().isOver()) {
                return over(run, verb);
            }
            request = new Request(UUID.randomUUID(), run.id(), verb, options, operator.name());
            ledger.ask(request);
        }
        return lookedUp(request);
    }

    /** Waits for the answer, through new sessions when one is lost; who may open none any more has asked all the same. */
    private Outcome lookedUp(Request request) {
        var lostAt = 0L;
        while (true) {
            var openedAt = pace.nanos();
            var isOpen = false;
            try (var session = access.target().openBriefly("ask")) {
                isOpen = true;
                return await(access.ledger(session), request);
            } catch (GodwitException e) {
                if (e.retry() != Retry.LATER) {
                    if (isOpen) {
                        throw e;
                    }
                    return unknown(request, e.problem());
                }
                lostAt = lostAt == 0 || pace.nanos() - openedAt > LOST_NANOS_MAX ? pace.nanos() : lostAt;
                if (pace.nanos() - lostAt > LOST_NANOS_MAX) {
                    return unknown(request, e.problem());
                }
                pace.pause(AGAIN);
            }
        }
    }

    private static Outcome unknown(Request request, Problem cause) {
        return new Outcome.Unknown(Problem.of(
                "outcome-unknown",
                "Whether %s was done is not known: %s".formatted(request.verb().word(), cause.message()),
                "Look with godwit status as soon as the servers answer, then ask again."));
    }

    private static GodwitException noRun() {
        return Problem.of("no-run", "The target's ledger has no run of this name.", "Begin it with godwit start.")
                .asException();
    }

    private static Outcome over(Run run, Verb verb) {
        var wanted = verb == Verb.COMPLETE ? Phase.COMPLETED : Phase.ROLLED_BACK;
        if (run.phase() == wanted) {
            return new Outcome.Done(Map.of("state", run.phase().word(), "already", true));
        }
        return new Outcome.Refused(Problem.of(
                "run-over", "The run is %s.".formatted(run.phase().word()), "Begin a new one with godwit start."));
    }

    private Outcome await(PostgresLedger ledger, Request request) {
        var beatAt = pace.nanos();
        while (true) {
            var answer = answer(ledger, request);
            if (answer.isPresent()) {
                return answer.get();
            }
            if (pace.nanos() - beatAt > BEAT_NANOS) {
                beatAt = pace.nanos();
                beat(ledger, request);
                var end = answerOfTheEnd(ledger, request);
                if (end.isPresent()) {
                    return end.get();
                }
            }
            pace.pause(TURN);
        }
    }

    /** Tells that somebody waits, and does the work that nobody does. A rollback may take the ledger away just then. */
    private void beat(PostgresLedger ledger, Request request) {
        try {
            ledger.stillWaiting(request.id());
            workIfNobodyDoes(request);
        } catch (GodwitException e) {
            if (!ledgerIsGone(ledger)) {
                throw e;
            }
        }
    }

    /** The answer; a ledger that is gone is the end of a rollback. */
    private static Optional<Outcome> answer(PostgresLedger ledger, Request request) {
        try {
            return ledger.answerTo(request.id());
        } catch (GodwitException e) {
            if (ledgerIsGone(ledger)) {
                return Optional.of(forgotten(request.verb()));
            }
            throw e;
        }
    }

    /** A run that is over answers nobody any more, but how it ended is an answer too. */
    private Optional<Outcome> answerOfTheEnd(PostgresLedger ledger, Request request) {
        var run = access.find(ledger).filter(r -> r.id().equals(request.run()));
        if (run.isPresent() && !run.get().phase().isOver()) {
            return Optional.empty();
        }
        return answer(ledger, request)
                .or(() ->
                        Optional.of(run.map(r -> over(r, request.verb())).orElseGet(() -> forgotten(request.verb()))));
    }

    /** A rollback leaves nothing in the ledger. */
    private static Outcome forgotten(Verb verb) {
        return verb == Verb.ROLLBACK
                ? new Outcome.Done(Map.of("state", Phase.ROLLED_BACK.word()))
                : new Outcome.Refused(Problem.of(
                        "run-over", "The run was rolled back meanwhile.", "Begin a new one with godwit start."));
    }

    private static boolean ledgerIsGone(PostgresLedger ledger) {
        return !ledger.exists();
    }

    /** What people want of a run needs no work of it: it is written down, and holds from the next start on. */
    private static void steer(Ledger ledger, Run run, Request request) {
        var outcome = new Steered(run, ledger, nobody -> {}).carryOut(request);
        ledger.answer(request.id(), outcome);
        ledger.record(request, "done", "");
    }

    private void workIfNobodyDoes(Request request) {
        try (var session = access.target().openBriefly("worker")) {
            var ledger = access.ledger(session);
            var run = access.find(ledger).filter(r -> r.id().equals(request.run()));
            if (run.isEmpty()
                    || run.get().phase().isOver()
                    || access.worker(session, run.get()).isPresent()) {
                return;
            }
            var changes = FileChanges.since(ledger, run.get(), access);
            if (!request.verb().isSteering()) {
                changes.requireAllowed(request.verb());
            }
            if (!access.tryLease(session, run.get(), request.verb().word())) {
                return;
            }
            if (request.verb().isSteering()) {
                steer(ledger, run.get(), request);
                return;
            }
            changes.adoptExclude(ledger);
            try (var log = RunLog.open(operator.state(), request.run());
                    var steps = access.steps(request.run())) {
                var worker = new MoveWorker(run.get(), ledger, steps, pace, operator.name());
                if (worked(worker, ledger, request).isOver()) {
                    log.remove();
                }
            }
        }
    }

    /** A way back that the run has begun by itself is not left half-way; what holds the run for good is said of it. */
    private Phase worked(MoveWorker worker, PostgresLedger ledger, Request request) {
        try {
            return worker.work(() -> ledger.answerTo(request.id()).isPresent() && !worker.isMoving());
        } catch (GodwitException e) {
            if (e.retry() == Retry.NEVER && ledger.exists()) {
                ledger.hold(request.run(), e.problem(), operator.name());
            }
            throw e;
        }
    }
}
