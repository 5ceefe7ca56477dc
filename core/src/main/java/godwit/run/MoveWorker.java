package godwit.run;

import godwit.GodwitException;
import godwit.Retry;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Drives one run through its life, and carries out what people ask meanwhile.
 *
 * <p>It holds nothing in memory that the ledger and the journal do not have: killed at any moment, another worker goes
 * on from there.
 */
public final class MoveWorker {
    private final Course course;
    private final Aside aside;
    private final Steered steered;
    private final Approach approach;
    private final Serving serving;
    private final RollingBack rollingBack;
    private final Completing completing;
    private final Ending ending;

    /** @param operator who works on the run, for its history */
    public MoveWorker(Run run, Ledger ledger, MoveSteps steps, Pace pace, String operator) {
        this.course = new Course(run, ledger, operator);
        this.steered = new Steered(run, ledger, steps::heed);
        var means = new Means(course, steps, steered, pace);
        var pulse = new Pulse(means);
        this.aside = new Aside(pace);
        var switching = new Switching(means);
        this.rollingBack = new RollingBack(means, switching, aside);
        this.completing = new Completing(course, steps, new ByMode(steps.mode()));
        this.ending = new Ending(course, steps, rollingBack, completing);
        this.approach = new Approach(means, pulse, rollingBack);
        this.serving = new Serving(means, pulse, aside, switching, rollingBack);
        course.toldBy(List.of(steps::live, serving::report, switching::report, aside::report));
    }

    /** @param listener hears of each phase that the run enters from now on, once the ledger has it */
    public MoveWorker onEntering(Consumer<Phase> listener) {
        course.onEntering(listener);
        return this;
    }

    /**
     * Works until the run is over or somebody has had enough.
     *
     * @param enough asked between two turns
     * @return the phase that the run is in then
     */
    public Phase work(BooleanSupplier enough) {
        course.enter(course.phase());
        steered.heed();
        while (!course.phase().isOver() && !enough.getAsBoolean()) {
            switch (course.phase()) {
                case PLANNED, EXPANDING, FILLING, FOLLOWING -> orEnd(() -> approach.go(enough));
                case READY, SWITCHING, SWITCHED, SWITCHING_BACK -> orEnd(() -> serving.serve(enough));
                case COMPLETING -> completing.complete(course.unanswered(Verb.COMPLETE));
                case ROLLING_BACK -> rollingBack.remove(course.unanswered(Verb.ROLLBACK));
                case COMPLETED, ROLLED_BACK -> throw new IllegalStateException("a run that is over");
            }
        }
        return course.phase();
    }

    /** Whether the writes are being moved just now, perhaps by the run itself: to end then leaves that to the next worker. */
    public boolean isMoving() {
        return aside.isMoving();
    }

    private void orEnd(Runnable work) {
        try {
            work.run();
        } catch (GodwitException e) {
            // What has begun to end says itself why it cannot.
            var isEnding = course.phase() == Phase.ROLLING_BACK || course.phase() == Phase.COMPLETING;
            var hasEnded = !isEnding && (e.retry() == Retry.LATER ? ending.isWithoutSource() : ending.isInsteadOf(e));
            if (!hasEnded) {
                throw e;
            }
        }
    }
}
