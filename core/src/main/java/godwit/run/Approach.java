package godwit.run;

import godwit.Problem;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

/** Takes a run step by step to where both sides are in step, and answers what people ask meanwhile. */
final class Approach {
    private static final Duration TURN = Duration.ofMillis(50);
    private static final Duration TURN_AT_END = Duration.ofMillis(10);

    private final Course course;
    private final MoveSteps steps;
    private final Steered steered;
    private final Pace pace;
    private final Pulse pulse;
    private final RollingBack rollingBack;

    Approach(Means means, Pulse pulse, RollingBack rollingBack) {
        this.course = means.course();
        this.steps = means.steps();
        this.steered = means.steered();
        this.pace = means.pace();
        this.pulse = pulse;
        this.rollingBack = rollingBack;
    }

    /**
     * Does what a run does in its phase, and moves it on.
     *
     * @param enough asked in each turn
     */
    void go(BooleanSupplier enough) {
        switch (course.phase()) {
            case PLANNED -> enter(Phase.EXPANDING);
            case EXPANDING -> step(steps::expand, Phase.FILLING, enough);
            case FILLING -> step(steps::fill, Phase.FOLLOWING, enough);
            case FOLLOWING -> step(this::catchUpAndFinish, Phase.READY, enough);
            case READY, SWITCHING, SWITCHED, SWITCHING_BACK, COMPLETING, COMPLETED, ROLLING_BACK, ROLLED_BACK ->
                throw new IllegalStateException(course.phase().word());
        }
    }

    private void enter(Phase next) {
        course.enter(next);
        course.publish();
    }

    private void catchUpAndFinish() {
        steps.follow();
        // Where little is to be caught up with, waiting for a turn would take longer than that.
        for (var wait = TURN_AT_END;
                !steps.isCaughtUp();
                wait = wait.compareTo(TURN) < 0 ? wait.multipliedBy(2) : TURN) {
            steps.requireAlive();
            pace.pause(wait);
        }
        steps.finish();
    }

    /** Runs a step in a thread of its own, so that requests are answered and progress is told meanwhile. */
    private void step(Runnable work, Phase next, BooleanSupplier enough) {
        if (steered.isPaused()) {
            turn().ifPresent(rollingBack::begin);
            return;
        }
        var turning = Thread.currentThread();
        var done = CompletableFuture.runAsync(work, pace::beside);
        var unused = done.whenComplete((nothing, failure) -> pace.wake(turning));
        try {
            while (!done.isDone()) {
                var rollback = turn();
                if (rollback.isPresent() || enough.getAsBoolean()) {
                    abandon(done);
                    rollback.ifPresent(rollingBack::begin);
                    return;
                }
            }
        } catch (RuntimeException e) {
            // A step that went on would work beside the worker that comes next.
            abandon(done);
            throw e;
        }
        join(done);
        enter(next);
    }

    /** One turn, in which a request is answered unless it is one to roll back that can be carried out. */
    private Optional<Request> turn() {
        pace.pause(TURN);
        pulse.turn();
        var request = course.next(EnumSet.allOf(Verb.class));
        if (request.isPresent() && request.get().verb() == Verb.ROLLBACK) {
            return request.filter(rollingBack::isPossible);
        }
        request.ifPresent(this::answer);
        return Optional.empty();
    }

    private void answer(Request request) {
        course.answer(
                request,
                request.verb().isSteering()
                        ? steered.carryOut(request)
                        : new Outcome.Refused(notReady(request.verb())));
    }

    private Problem notReady(Verb verb) {
        return Problem.of(
                "not-ready",
                "The run is %s; %s needs both sides in step."
                        .formatted(course.phase().word(), verb.word()),
                "Wait until godwit status says ready.");
    }

    private void abandon(CompletableFuture<Void> step) {
        steps.interrupt();
        while (!step.isDone()) {
            pace.pause(TURN_AT_END);
        }
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
}
