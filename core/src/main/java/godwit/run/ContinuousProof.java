package godwit.run;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Watching;
import godwit.verify.TableDifference;
import godwit.verify.Verification;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Verifies a switched run again and again; whoever asks for something ends it at once. */
final class ContinuousProof implements Errand<Verification> {
    private static final Logger LOG = LoggerFactory.getLogger(ContinuousProof.class);

    private static final int SECONDS_AFTER_FAILURE = 60;

    private final Supplier<Watching> watching;
    private final Function<Stopping, Verification> proof;
    private final Pace pace;
    private Optional<Problem> difference = Optional.empty();
    private long endedAt;
    private boolean hasFailed;
    private Map<String, Object> last = Map.of();
    private long lastAt;

    ContinuousProof(MoveSteps steps, Pace pace) {
        this(
                () -> steps.signals().limits().watching(),
                stopping -> steps.verify(UUID.randomUUID(), "continuous", stopping),
                pace);
    }

    ContinuousProof(Supplier<Watching> watching, Function<Stopping, Verification> proof, Pace pace) {
        this.watching = watching;
        this.proof = proof;
        this.pace = pace;
        this.endedAt = pace.nanos();
    }

    /** Begins to count anew, as after a switch. */
    void countAnew() {
        difference = Optional.empty();
        hasFailed = false;
        endedAt = pace.nanos();
    }

    /** Whether it is time for the next; one that failed is made up for soon. */
    boolean isDue() {
        var between = watching.get().verifySecondsBetween();
        var seconds = hasFailed ? Math.min(between, SECONDS_AFTER_FAILURE) : between;
        return between > 0
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
        return proof.apply(stopping);
    }

    @Override
    public void ended(Verification found) {
        countAnew();
        tell("differences", found.differences());
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
        hasFailed = true;
        tell("problem", cause.problem());
        LOG.info("a verification was not made: {}", cause.problem().message());
    }

    private void tell(String key, Object value) {
        last = Map.of(key, value);
        lastAt = pace.nanos();
    }

    /** How the last one ended, and how long ago; for status. */
    Map<String, Object> report() {
        if (last.isEmpty()) {
            return Map.of();
        }
        var told = new LinkedHashMap<>(last);
        told.put("secondsAgo", Duration.ofNanos(pace.nanos() - lastAt).toSeconds());
        return Map.of("lastProof", told);
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
