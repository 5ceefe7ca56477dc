package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Side;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Looks after a run whose writes are on the target: decides that it must go back by itself, and has it go.
 *
 * <pre>
 * health check failed n times in a row     → back
 * way back stands still for too long       → its stream is opened anew → back
 * its stream has ended for good            → its stream is opened anew → back
 * verification finds rows that differ      → the source is repaired from the target → back
 * </pre>
 */
final class Guardian {
    private final Course course;
    private final MoveSteps steps;
    private final Switching switching;
    private final Aside aside;
    private final Pace pace;
    private final WayBackGuard guard;
    private final ContinuousProof proof;
    private Map<String, Object> report = Map.of();
    private long noticedAt;

    Guardian(Means means, Switching switching, Aside aside) {
        this.course = means.course();
        this.steps = means.steps();
        this.pace = means.pace();
        this.switching = switching;
        this.aside = aside;
        this.guard = new WayBackGuard(steps.signals(), pace);
        this.proof = new ContinuousProof(steps, pace);
    }

    /** Begins to watch anew after an attempt to move the writes. */
    void watchAnew(Outcome outcome) {
        if (outcome instanceof Outcome.Done) {
            steps.signals().begin();
        }
        guard.begin();
        proof.countAnew();
    }

    /** One turn of a run whose writes are on the target. */
    void turn() {
        var reason = guard.reason().or(proof::difference);
        if (reason.isPresent()) {
            goBack(reason.get(), refused -> {});
        } else if (aside.isFree() && proof.isDue()) {
            aside.begin(proof);
        }
    }

    /**
     * Has the run go back because the stream of its way back has ended, where it would not do so again by itself or has
     * stood still for too long.
     *
     * @return whether it goes; when that turns out not to be possible, the failure is thrown in a later turn
     */
    boolean goesBackOver(GodwitException failure) {
        var reason = failure.retry() == Retry.NEVER ? Optional.of(broken(failure)) : guard.standsStill();
        if (reason.isEmpty()) {
            // The next worker goes on counting from what is told now.
            course.publish();
            return false;
        }
        goBack(reason.get(), refused -> {
            throw failure;
        });
        return true;
    }

    private static Problem broken(GodwitException failure) {
        return Problem.of(
                "way-back-broken",
                "The stream back to the source has ended: " + failure.problem().message(),
                failure.problem().hint());
    }

    /** Takes the writes back to the source without being asked. */
    private void goBack(Problem reason, Consumer<Outcome.Refused> whenRefused) {
        noticedAt = pace.nanos();
        aside.abandon(Problem.of(
                "abandoned",
                "It was ended before its end, because the run goes back by itself: " + reason.message(),
                "See in status how that ended."));
        course.actAlone();
        course.recordOwn(Verb.SWITCH_BACK, "begun", reason.code());
        switch (reason.code()) {
            // What holds a stream up may be a connection that is dead without knowing it.
            case "way-back-stands-still", "way-back-broken" -> steps.reopen();
            default -> {}
        }
        switching.begin(Side.TARGET);
        aside.begin(Moving.away(switching, Side.TARGET, outcome -> ended(reason, outcome, whenRefused))
                .preparedBy(stopping -> prepare(reason, stopping)));
    }

    private void prepare(Problem reason, Stopping stopping) {
        if (reason.code().equals("differences-open")) {
            // What others wrote there is nowhere else: only people can decide what becomes of it.
            steps.requireNoForeignWriters();
            steps.repair(UUID.randomUUID(), stopping);
        }
    }

    private void ended(Problem reason, Outcome outcome, Consumer<Outcome.Refused> whenRefused) {
        var told = new LinkedHashMap<String, Object>();
        told.put("code", reason.code());
        told.put("message", reason.message());
        told.put("done", outcome instanceof Outcome.Done);
        told.put("seconds", (pace.nanos() - noticedAt) / 1e9);
        watchAnew(outcome);
        if (outcome instanceof Outcome.Refused refused) {
            told.put("refused", refused.problem());
            guard.rest();
        }
        report = Map.of("wentBack", told);
        var result = outcome instanceof Outcome.Refused ? "refused" : "done";
        course.recordOwn(Verb.SWITCH_BACK, result, reason.code());
        course.actForOperator();
        course.publish();
        if (outcome instanceof Outcome.Refused refused) {
            whenRefused.accept(refused);
        }
    }

    /** What is told in status. */
    Map<String, Object> report() {
        var all = new LinkedHashMap<>(report);
        all.putAll(proof.report());
        return all;
    }
}
