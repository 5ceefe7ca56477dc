package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import godwit.verify.Verification;
import java.util.Optional;
import java.util.UUID;

/** Proves that a copy is the same as what it is a copy of, which ends the run of a full copy. */
final class Proving implements Errand<Verification> {
    private final Course course;
    private final MoveSteps steps;
    private final Steered steered;
    private final Completing completing;

    Proving(Means means, Completing completing) {
        this.course = means.course();
        this.steps = means.steps();
        this.steered = means.steered();
        this.completing = completing;
    }

    @Override
    public String word() {
        return "verify (at the end)";
    }

    @Override
    public Verification work(Stopping stopping) {
        return steps.verify(UUID.randomUUID(), "at the end", stopping);
    }

    @Override
    public void ended(Verification found) {
        ByMode.requireEqual(found);
        // Whoever paused the run meanwhile wants it to stand: it is proven again afterwards.
        if (!steered.isPaused()) {
            course.enter(Phase.COMPLETING);
            completing.complete(Optional.empty());
        }
    }

    @Override
    public void failed(GodwitException cause) {
        throw cause;
    }

    @Override
    public void abandoned(Problem why) {}
}
