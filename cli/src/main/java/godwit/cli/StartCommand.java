package godwit.cli;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.postgres.move.MoveAccess;
import godwit.run.MoveWorker;
import godwit.run.Run;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/** {@code godwit start}: the run's worker, in the foreground until the run is over or the process is told to end. */
@Command(name = "start", description = "Start the move or go on with it; stays until it is over or is stopped.")
final class StartCommand extends MoveCommand {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int FAILURES_MAX = 600;

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopped;

    @Override
    ExitCode run(MoveAccess access, Output output) {
        var main = Thread.currentThread();
        var hook = Thread.ofPlatform().unstarted(() -> {
            stopped = true;
            main.interrupt();
            awaitEnd();
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return supervise(access, output);
        } finally {
            ended.countDown();
        }
    }

    private void awaitEnd() {
        try {
            if (!ended.await(15, TimeUnit.SECONDS)) {
                System.err.println("godwit: ended before everything was put in order; start goes on from here");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A passing failure ends all sessions, and the run goes on from its ledger with new ones. */
    private ExitCode supervise(MoveAccess access, Output output) {
        var pace = new RealPace();
        for (var failures = 0; ; failures++) {
            try {
                return work(access, output);
            } catch (GodwitException e) {
                if (stopped) {
                    return ExitCode.DONE;
                }
                if (e.retry() != Retry.LATER || failures == FAILURES_MAX) {
                    throw e;
                }
                output.say("godwit: " + e.problem().message() + " Trying again.");
                pace.pause(PAUSE);
            }
        }
    }

    private ExitCode work(MoveAccess access, Output output) {
        try (var session = access.target().open("worker")) {
            var ledger = access.ledger(session);
            var run = ledger.find(access.spec().name()).filter(r -> !r.phase().isOver()).orElseGet(() -> {
                var id = UUID.randomUUID();
                try (var steps = access.steps(id)) {
                    steps.preflight();
                }
                ledger.create();
                return ledger.begin(id, access.spec().name(), "");
            });
            if (!access.tryLease(session, run)) {
                throw Problem.of(
                                "worker-exists",
                                "Another worker follows this run.",
                                "See it with godwit status; end it before starting another.")
                        .asException();
            }
            output.say("Run " + run.id() + " is " + run.phase().word() + ".");
            return drive(access, output, new Held(ledger, run));
        }
    }

    private record Held(godwit.postgres.ledger.PostgresLedger ledger, Run run) {}

    private ExitCode drive(MoveAccess access, Output output, Held held) {
        try (var steps = access.steps(held.run().id())) {
            var worker = new MoveWorker(held.run(), held.ledger(), steps, new RealPace());
            var phase = worker.work(() -> stopped);
            output.say("Run " + held.run().id() + " is " + phase.word() + ".");
            var report = new LinkedHashMap<String, Object>();
            report.put("run", held.run().id().toString());
            report.put("state", phase.word());
            output.result(report);
            return ExitCode.DONE;
        } catch (GodwitException e) {
            if (e.retry() == Retry.NEVER && !stopped) {
                held.ledger().hold(held.run().id(), e.problem());
            }
            throw e;
        }
    }
}
