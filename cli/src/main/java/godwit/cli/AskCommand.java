package godwit.cli;

import godwit.GodwitException;
import godwit.Problem;
import godwit.postgres.move.MoveAccess;
import godwit.run.Ledger;
import godwit.run.MoveWorker;
import godwit.run.Outcome;
import godwit.run.Phase;
import godwit.run.Request;
import godwit.run.Run;
import godwit.run.Verb;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A verb that asks the run's worker for something; where no worker follows the run, it does the work itself. */
abstract class AskCommand extends MoveCommand {
    private static final Duration TURN = Duration.ofMillis(50);
    private static final long BEAT_NANOS = Duration.ofSeconds(1).toNanos();

    private final RealPace pace = new RealPace();

    abstract Verb verb();

    Map<String, String> options() {
        return Map.of();
    }

    @Override
    final ExitCode run(MoveAccess access, Output output) {
        try (var session = access.target().open("ask")) {
            var ledger = access.ledger(session);
            var run = ledger.find(access.spec().name()).orElseThrow(AskCommand::noRun);
            if (run.phase().isOver()) {
                return over(run, output);
            }
            var request = new Request(UUID.randomUUID(), run.id(), verb(), options(), operator);
            ledger.ask(request);
            return report(await(access, ledger, request), output);
        }
    }

    private static GodwitException noRun() {
        return Problem.of("no-run", "The target's ledger has no run of this name.", "Begin it with godwit start.")
                .asException();
    }

    private ExitCode over(Run run, Output output) {
        var wanted = verb() == Verb.COMPLETE ? Phase.COMPLETED : Phase.ROLLED_BACK;
        if (run.phase() == wanted) {
            return report(new Outcome.Done(Map.of("state", run.phase().word(), "already", true)), output);
        }
        var problem = Problem.of(
                "run-over", "The run is %s.".formatted(run.phase().word()), "Begin a new one with godwit start.");
        return report(new Outcome.Refused(problem), output);
    }

    private Outcome await(MoveAccess access, Ledger ledger, Request request) {
        var beatAt = pace.nanos();
        while (true) {
            var answer = answer(ledger, request);
            if (answer.isPresent()) {
                return answer.get();
            }
            if (pace.nanos() - beatAt > BEAT_NANOS) {
                beatAt = pace.nanos();
                ledger.stillWaiting(request.id());
                workIfNobodyDoes(access, request);
            }
            pace.pause(TURN);
        }
    }

    /** The answer; a ledger that is gone is the end of a rollback. */
    private Optional<Outcome> answer(Ledger ledger, Request request) {
        try {
            return ledger.answerTo(request.id());
        } catch (GodwitException e) {
            if (verb() == Verb.ROLLBACK && ledgerIsGone(ledger)) {
                return Optional.of(new Outcome.Done(Map.of("state", Phase.ROLLED_BACK.word())));
            }
            throw e;
        }
    }

    private static boolean ledgerIsGone(Ledger ledger) {
        return ledger.find("").isEmpty();
    }

    private void workIfNobodyDoes(MoveAccess access, Request request) {
        try (var session = access.target().open("worker")) {
            var ledger = access.ledger(session);
            var run = ledger.find(access.spec().name()).filter(r -> r.id().equals(request.run()));
            if (run.isEmpty() || run.get().phase().isOver() || !access.tryLease(session, run.get())) {
                return;
            }
            try (var steps = access.steps(request.run())) {
                var worker = new MoveWorker(run.get(), ledger, steps, pace);
                worker.work(() -> ledger.answerTo(request.id()).isPresent());
            }
        }
    }

    private static ExitCode report(Outcome outcome, Output output) {
        return switch (outcome) {
            case Outcome.Done done -> {
                output.say("Done. " + summary(done.result()));
                output.result(done.result());
                yield ExitCode.DONE;
            }
            case Outcome.Different different -> {
                output.say("The sides differ. " + summary(different.result()));
                output.result(different.result());
                yield ExitCode.DIFFERENT;
            }
            case Outcome.Refused refused -> {
                output.problem(refused.problem());
                yield ExitCode.REFUSED;
            }
            case Outcome.Unknown unknown -> {
                output.problem(unknown.problem());
                yield ExitCode.UNKNOWN;
            }
        };
    }

    private static String summary(Map<String, Object> result) {
        var told = new LinkedHashMap<>(result);
        told.values().removeIf(value -> value instanceof java.util.Collection<?>);
        return told.toString();
    }
}
