package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Side;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Follows a run whose sides are in step: carries out what people ask, and looks after it.
 *
 * <p>What takes long is an errand aside. Meanwhile steering is heard, streams, room and health are looked after, and a
 * rollback ends the errand; other requests wait for its end, in the order in which they were asked.
 */
final class Serving {
    private static final Duration TURN = Duration.ofMillis(50);

    private final Means means;
    private final Course course;
    private final MoveSteps steps;
    private final Steered steered;
    private final ByMode byMode;
    private final Pulse pulse;
    private final Aside aside;
    private final Switching switching;
    private final RollingBack rollingBack;
    private final Completing completing;
    private final Guardian guardian;

    Serving(Means means, Pulse pulse, Aside aside, Switching switching, RollingBack rollingBack) {
        this.means = means;
        this.course = means.course();
        this.steps = means.steps();
        this.steered = means.steered();
        this.byMode = new ByMode(steps.mode());
        this.pulse = pulse;
        this.aside = aside;
        this.switching = switching;
        this.rollingBack = rollingBack;
        this.completing = new Completing(course, steps, byMode);
        this.guardian = new Guardian(means, switching, aside);
    }

    /** Follows until the run goes on to its end, or somebody has had enough. */
    void serve(BooleanSupplier enough) {
        steps.follow();
        switching.settle();
        course.publish();
        try {
            while (course.phase().isInStep() && !enough.getAsBoolean()) {
                turn();
            }
        } finally {
            aside.drop();
        }
    }

    private void turn() {
        if (!lookAtStreams()) {
            return;
        }
        pulse.turn();
        switching.routeAgain();
        aside.turn();
        if (course.phase().isInStep()) {
            course.next(heard()).ifPresentOrElse(this::carryOut, this::goOn);
        }
        if (course.phase() == Phase.SWITCHED && !steered.isPaused()) {
            guardian.turn();
        }
    }

    /** Nothing is asked for: what was asked goes before a proof that ends the run, such as a repair of what it found. */
    private void goOn() {
        if (aside.isFree() && byMode.endsWhenEqual() && !steered.isPaused()) {
            aside.begin(new Proving(means, completing));
        } else {
            means.pace().pause(TURN);
        }
    }

    /** False when the run goes back because a stream has failed; a move of the writes looks after its streams itself. */
    private boolean lookAtStreams() {
        if (aside.isMoving()) {
            return true;
        }
        try {
            steps.requireAlive();
            return true;
        } catch (GodwitException e) {
            if (course.phase() == Phase.SWITCHED && !steered.isPaused() && guardian.goesBackOver(e)) {
                return false;
            }
            throw e;
        }
    }

    /** What is carried out now; the rest waits. */
    private Set<Verb> heard() {
        return aside.isFree()
                ? EnumSet.allOf(Verb.class)
                : Arrays.stream(Verb.values())
                        .filter(verb -> verb.isSteering() || aside.givesWayTo(verb))
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Verb.class)));
    }

    private void carryOut(Request request) {
        if (request.verb() == Verb.ROLLBACK && !rollingBack.isPossible(request)) {
            return;
        }
        if (aside.givesWayTo(request.verb())) {
            aside.abandon(abandoned(request.verb()));
        }
        course.begun(request);
        var refusal = byMode.refusal(request.verb());
        if (refusal.isPresent()) {
            course.answer(request, new Outcome.Refused(refusal.get()));
            return;
        }
        if (steered.isPaused() && !request.verb().isSteering() && request.verb() != Verb.ROLLBACK) {
            course.answer(request, new Outcome.Refused(Steered.paused(request.verb())));
            return;
        }
        switch (request.verb()) {
            case VERIFY -> aside.begin(new Verifying(course, steps, request));
            case REPAIR -> aside.begin(new Repairing(course, steps, request));
            case SWITCH -> move(Side.SOURCE, request);
            case SWITCH_BACK -> move(Side.TARGET, request);
            case ROLLBACK -> rollingBack.begin(request);
            case COMPLETE -> completing.complete(Optional.of(request));
            case PAUSE, RESUME, SET -> course.answer(request, steered.carryOut(request));
        }
    }

    private static Problem abandoned(Verb verb) {
        return Problem.of(
                "abandoned",
                "It was ended before its end, because somebody asked for %s.".formatted(verb.word()),
                "Ask again afterwards if it is still wanted.");
    }

    private void move(Side from, Request request) {
        if (course.phase() != Switching.phaseBefore(from)) {
            course.answer(
                    request, new Outcome.Done(Map.of("writes", from.other().word(), "already", true)));
        } else if (request.has("dryRun")) {
            aside.begin(new Rehearsing(course, switching, from, request));
        } else {
            switching.begin(from);
            aside.begin(Moving.away(switching, from, outcome -> moved(request, outcome)));
        }
    }

    private void moved(Request request, Outcome outcome) {
        guardian.watchAnew(outcome);
        course.publish();
        course.answer(request, outcome);
    }

    /** What is told in status. */
    Map<String, Object> report() {
        return guardian.report();
    }
}
