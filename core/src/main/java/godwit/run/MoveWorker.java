package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Side;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

/**
 * Drives one run through its life, and carries out what people ask meanwhile.
 *
 * <p>It holds nothing in memory that the ledger and the journal do not have: killed at any moment, another worker goes
 * on from there.
 */
public final class MoveWorker {
    private static final Duration TURN = Duration.ofMillis(50);
    private static final long PUBLISH_NANOS = Duration.ofMillis(500).toNanos();

    private final Run run;
    private final Ledger ledger;
    private final MoveSteps steps;
    private final Pace pace;
    private final Switching switching;
    private final Steered steered;
    private final ByMode byMode;
    private final Guardian guardian;
    private Phase phase;
    private long publishedAt;

    public MoveWorker(Run run, Ledger ledger, MoveSteps steps, Pace pace) {
        this.run = run;
        this.ledger = ledger;
        this.steps = steps;
        this.pace = pace;
        this.phase = run.phase();
        this.switching = new Switching(run, ledger, steps, pace);
        this.steered = new Steered(run, ledger, steps::heed);
        this.byMode = new ByMode(steps.mode());
        this.guardian = new Guardian(steps, pace);
    }

    /**
     * Works until the run is over or somebody has had enough.
     *
     * @param enough asked between two turns
     * @return the phase that the run is in then
     */
    public Phase work(BooleanSupplier enough) {
        ledger.enter(run.id(), phase);
        steered.heed();
        while (!phase.isOver() && !enough.getAsBoolean()) {
            switch (phase) {
                case PLANNED -> enter(Phase.EXPANDING);
                case EXPANDING -> step(steps::expand, Phase.FILLING, enough);
                case FILLING -> step(steps::fill, Phase.FOLLOWING, enough);
                case FOLLOWING -> step(this::catchUpAndFinish, Phase.READY, enough);
                case READY, SWITCHING, SWITCHED, SWITCHING_BACK -> serve(enough);
                case COMPLETING -> complete(ledger.unanswered(run.id(), Verb.COMPLETE));
                case ROLLING_BACK -> rollBack(ledger.unanswered(run.id(), Verb.ROLLBACK));
                case COMPLETED, ROLLED_BACK -> throw new IllegalStateException("a run that is over");
            }
        }
        return phase;
    }

    private void enter(Phase next) {
        ledger.enter(run.id(), next);
        phase = next;
        publish();
    }

    private void catchUpAndFinish() {
        steps.follow();
        while (!steps.isCaughtUp()) {
            steps.requireAlive();
            pace.pause(TURN);
        }
        steps.finish();
    }

    /** Runs a step in a thread of its own, so that requests are answered and progress is told meanwhile. */
    private void step(Runnable work, Phase next, BooleanSupplier enough) {
        if (steered.isPaused()) {
            standStill();
            return;
        }
        var done = CompletableFuture.runAsync(work, pace::beside);
        try {
            if (!isLeftToEnd(done, enough)) {
                return;
            }
        } catch (RuntimeException e) {
            // A step that went on would work beside the worker that comes next.
            abandon(done);
            throw e;
        }
        join(done);
        enter(next);
    }

    /** Answers requests until a step has ended; false when it was abandoned. */
    private boolean isLeftToEnd(CompletableFuture<Void> done, BooleanSupplier enough) {
        while (!done.isDone()) {
            pace.pause(TURN);
            publishNowAndThen();
            var request = ledger.nextRequest(run.id());
            if (request.isPresent() && request.get().verb() == Verb.ROLLBACK) {
                abandon(done);
                rollBack(request);
                return false;
            }
            request.ifPresent(this::answerMeanwhile);
            if (enough.getAsBoolean()) {
                abandon(done);
                return false;
            }
        }
        return true;
    }

    /** One turn of a run whose next step does not begin because people want it to wait. */
    private void standStill() {
        pace.pause(TURN);
        publishNowAndThen();
        var request = ledger.nextRequest(run.id());
        if (request.isPresent() && request.get().verb() == Verb.ROLLBACK) {
            rollBack(request);
        } else {
            request.ifPresent(this::answerMeanwhile);
        }
    }

    private void answerMeanwhile(Request request) {
        if (request.verb().isSteering()) {
            answer(request, steered.carryOut(request));
        } else {
            refuseAsNotReady(request);
        }
    }

    private void abandon(CompletableFuture<Void> step) {
        steps.interrupt();
        step.exceptionally(ended -> null).join();
    }

    private static void join(CompletableFuture<Void> done) {
        try {
            done.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private void refuseAsNotReady(Request request) {
        var problem = Problem.of(
                "not-ready",
                "The run is %s; %s needs both sides in step."
                        .formatted(phase.word(), request.verb().word()),
                "Wait until godwit status says ready.");
        answer(request, new Outcome.Refused(problem));
    }

    private void serve(BooleanSupplier enough) {
        steps.follow();
        phase = switching.settle(phase);
        publish();
        if (byMode.endsWhenEqual() && !steered.isPaused()) {
            proveAndEnd();
        }
        while (phase.isInStep() && !enough.getAsBoolean()) {
            steps.requireAlive();
            publishNowAndThen();
            switching.routeAgain(phase);
            ledger.nextRequest(run.id()).ifPresentOrElse(this::carryOut, () -> pace.pause(TURN));
            if (byMode.endsWhenEqual() && !steered.isPaused()) {
                return;
            }
            if (phase == Phase.SWITCHED && !steered.isPaused()) {
                guardian.look().ifPresent(this::goBack);
            }
        }
        guardian.stop();
    }

    /** Takes the writes back to the source without being asked. */
    private void goBack(Problem reason) {
        ledger.record(event("switch back", "begun", reason.code()));
        guardian.prepareWayBack(reason);
        var outcome = moved(Side.TARGET);
        guardian.ended(reason, outcome);
        var refused = outcome instanceof Outcome.Refused;
        ledger.record(event("switch back", refused ? "refused" : "done", reason.code()));
        publish();
    }

    private Ledger.Event event(String verb, String result, String code) {
        return new Ledger.Event(run.id(), "godwit", verb, result, code);
    }

    private void proveAndEnd() {
        ByMode.requireEqual(steps.verify(UUID.randomUUID(), "at the end"));
        enter(Phase.COMPLETING);
        complete(Optional.empty());
    }

    private void carryOut(Request request) {
        guardian.stop();
        ledger.record(event(request, "begun", ""));
        var refusal = byMode.refusal(request.verb());
        if (refusal.isPresent()) {
            answer(request, new Outcome.Refused(refusal.get()));
            return;
        }
        if (steered.isPaused() && !request.verb().isSteering() && request.verb() != Verb.ROLLBACK) {
            answer(request, new Outcome.Refused(Steered.paused(request.verb())));
            return;
        }
        switch (request.verb()) {
            case VERIFY -> answer(request, attempt(() -> verify(request)));
            case REPAIR -> answer(request, attempt(() -> repair(request)));
            case SWITCH -> switchFrom(Side.SOURCE, request);
            case SWITCH_BACK -> switchFrom(Side.TARGET, request);
            case ROLLBACK -> rollBack(Optional.of(request));
            case COMPLETE -> complete(Optional.of(request));
            case PAUSE, RESUME, SET -> answer(request, steered.carryOut(request));
        }
    }

    private interface Attempt {
        Outcome make();
    }

    private static Outcome attempt(Attempt attempt) {
        try {
            return attempt.make();
        } catch (GodwitException e) {
            return new Outcome.Refused(e.problem());
        }
    }

    private Outcome verify(Request request) {
        var verification = steps.verify(request.id(), "on request");
        var report = new LinkedHashMap<>(Reports.of(verification));
        report.putAll(steps.remarks());
        return verification.isEqual() ? new Outcome.Done(report) : new Outcome.Different(report);
    }

    private Outcome repair(Request request) {
        var rows = steps.repair(request.id());
        var after = steps.verify(UUID.randomUUID(), "after repair");
        var report = new LinkedHashMap<>(Reports.of(after));
        report.put("rowsRepaired", rows);
        return after.isEqual() ? new Outcome.Done(report) : new Outcome.Different(report);
    }

    private void switchFrom(Side from, Request request) {
        answer(request, request.has("dryRun") ? rehearsed(from) : moved(from));
    }

    private Outcome rehearsed(Side from) {
        var here = from == Side.SOURCE ? Phase.READY : Phase.SWITCHED;
        return phase == here
                ? switching.rehearse(from)
                : new Outcome.Done(Map.of("writes", from.other().word(), "already", true));
    }

    private Outcome moved(Side from) {
        var here = from == Side.SOURCE ? Phase.READY : Phase.SWITCHED;
        if (phase != here) {
            return new Outcome.Done(Map.of("writes", from.other().word(), "already", true));
        }
        var result = switching.move(from);
        phase = result.phase();
        guardian.begin();
        publish();
        return result.outcome();
    }

    private void rollBack(Optional<Request> request) {
        steered.goOnForNow();
        if (phase == Phase.SWITCHED && moved(Side.TARGET) instanceof Outcome.Refused refused) {
            request.ifPresent(r -> answer(r, refused));
            return;
        }
        enter(Phase.ROLLING_BACK);
        steps.remove(request.map(r -> r.has("keepTarget")).orElse(false));
        phase = Phase.ROLLED_BACK;
    }

    private void complete(Optional<Request> request) {
        if (phase != Phase.SWITCHED && phase != Phase.COMPLETING) {
            request.ifPresent(r -> answer(r, new Outcome.Refused(notSwitched())));
            return;
        }
        enter(Phase.COMPLETING);
        var left = steps.contract(byMode.leavesSourceAlone()
                || request.map(r -> r.has("leaveWritable")).orElse(false));
        enter(Phase.COMPLETED);
        request.ifPresent(r -> answer(r, new Outcome.Done(Map.of("state", Phase.COMPLETED.word(), "source", left))));
    }

    private static Problem notSwitched() {
        return Problem.of(
                "not-switched",
                "The writes are still on the source.",
                "Switch first, or end the run with godwit rollback.");
    }

    private void answer(Request request, Outcome outcome) {
        ledger.answer(request.id(), outcome);
        var refused = outcome instanceof Outcome.Refused;
        var code = outcome instanceof Outcome.Refused r ? r.problem().code() : "";
        ledger.record(event(request, refused ? "refused" : "done", code));
    }

    private Ledger.Event event(Request request, String result, String code) {
        return new Ledger.Event(run.id(), request.operator(), request.verb().word(), result, code);
    }

    private void publishNowAndThen() {
        if (pace.nanos() - publishedAt > PUBLISH_NANOS) {
            steered.heed();
            steps.requireRoom();
            publish();
        }
    }

    private void publish() {
        publishedAt = pace.nanos();
        var live = new LinkedHashMap<>(steps.live());
        live.putAll(guardian.report());
        live.putAll(switching.report());
        ledger.publish(run.id(), live);
    }
}
