package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import godwit.verify.TableDifference;
import godwit.verify.Verification;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Verifies a switched run again and again; whoever asks for something ends it at once. */
final class ContinuousProof implements Errand<Verification> {
    private static final Logger LOG = LoggerFactory.getLogger(ContinuousProof.class);

    private final MoveSteps steps;
    private final Pace pace;
    private Optional<Problem> difference = Optional.empty();
    private long endedAt;

    ContinuousProof(MoveSteps steps, Pace pace) {
        this.steps = steps;
        this.pace = pace;
        this.endedAt = pace.nanos();
    }

    /** Begins to count anew, as after a switch. */
    void countAnew() {
        difference = Optional.empty();
        endedAt = pace.nanos();
    }

    /** Whether it is time for the next. */
    boolean isDue() {
        var seconds = steps.signals().limits().watching().verifySecondsBetween();
        return seconds > 0
                && pace.nanos() - endedAt >= Duration.ofSeconds(seconds).toNanos();
    }

    /**
     * What the last verification found in rows, when it found something. What else differs would be no better on the other
     * side: a column that the application has added, or a sequence.
     */
    Optional<Problem> difference() {
        return difference;
    }

    @Override
    public String word() {
        return "verify (continuous)";
    }

    @Override
    public Verification work(Stopping stopping) {
        return steps.verify(UUID.randomUUID(), "continuous", stopping);
    }

    @Override
    public void ended(Verification found) {
        countAnew();
        difference = found.tables().isEmpty() ? Optional.empty() : Optional.of(problem(found));
    }

    private static Problem problem(Verification found) {
        return Problem.of(
                "differences-open",
                "The sides differ in %d rows since the switch."
                        .formatted(found.tables().stream()
                                .mapToLong(TableDifference::differences)
                                .sum()),
                "See what else writes on the side without the writes.");
    }

    @Override
    public void failed(GodwitException cause) {
        countAnew();
        LOG.info("a verification was not made: {}", cause.problem().message());
    }

    @Override
    public void abandoned(Problem why) {
        countAnew();
    }

    @Override
    public boolean givesWayTo(Verb verb) {
        return verb != Verb.SET && verb != Verb.RESUME;
    }
}
