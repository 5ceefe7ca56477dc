package godwit.run;

import godwit.Problem;
import godwit.move.Side;
import godwit.traffic.CutoverActions;
import godwit.verify.Verification;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is proven and predicted before writes move.
 *
 * <p>A verification that would take most of the time that the way back may take is left out there, as long as the sides
 * are proven to have been alike since the switch and the rows written since are known: these are compared by their keys.
 */
final class BeforeSwitch {
    private final MoveSteps steps;
    private final Pace pace;
    private long verifyMillis;

    BeforeSwitch(MoveSteps steps, Pace pace) {
        this.steps = steps;
        this.pace = pace;
    }

    /**
     * What was found.
     *
     * @param verification null when it was left out
     * @param wayBackSeconds how long the way back is predicted to take
     * @param refused why the writes have to stay
     */
    record Found(@Nullable Verification verification, long wayBackSeconds, Optional<Problem> refused) {
        void tell(Map<String, Object> report) {
            report.put("rowsVerified", verification == null ? 0 : verification.rowsCompared());
            report.put("position", verification == null ? "" : verification.position());
            report.put("predictedWayBackSeconds", wayBackSeconds);
        }
    }

    Found look(CutoverActions actions, Side from, Stopping stopping) {
        return look(actions, from, () -> verify("before switch", stopping));
    }

    /** The same for a switch that is not made. */
    Found rehearse(CutoverActions actions, Side from, Stopping stopping) {
        return look(actions, from, () -> verify("dry run", stopping));
    }

    private Found look(CutoverActions actions, Side from, Supplier<Verification> proof) {
        actions.checkBefore(from);
        var verification = from == Side.TARGET && isTooLong() && steps.isProvenUntilNow(from) ? null : proof.get();
        if (verification != null && !verification.isEqual()) {
            return new Found(verification, 0, Optional.of(differencesOpen(verification.differences())));
        }
        var seconds = Math.ceilDiv(actions.wayBackMillis(from) + (isTooLong() ? 0 : verifyMillis), 1000L);
        return new Found(verification, seconds, from == Side.SOURCE ? tooSlow(seconds) : Optional.empty());
    }

    private Verification verify(String phase, Stopping stopping) {
        var began = pace.nanos();
        var verification = steps.verify(UUID.randomUUID(), phase, stopping);
        verifyMillis = (pace.nanos() - began) / 1_000_000;
        return verification;
    }

    private boolean isTooLong() {
        return verifyMillis > Duration.ofSeconds(limit()).toMillis() / 2;
    }

    private int limit() {
        return steps.signals().limits().rollbackSecondsMax();
    }

    private Optional<Problem> tooSlow(long seconds) {
        return seconds <= limit()
                ? Optional.empty()
                : Optional.of(Problem.of(
                        "way-back-too-slow",
                        "The way back is predicted to take %d s, more than the %d s that it may."
                                .formatted(seconds, limit()),
                        "See in status what holds up the stream from the target, then switch again."));
    }

    private static Problem differencesOpen(long differences) {
        return Problem.of(
                "differences-open",
                "The sides differ in %d places, so the writes stay where they are.".formatted(differences),
                "See them with godwit verify, mend them with godwit repair, then switch again.");
    }

    /** What a switch would do now. */
    static Map<String, Object> forecast(Side from, long pauseMillis, Found found) {
        var report = new LinkedHashMap<String, Object>();
        report.put("dryRun", true);
        report.put("writes", from.word());
        report.put("direction", from == Side.SOURCE ? "forward" : "back");
        report.put("predictedPauseMillis", pauseMillis);
        found.tell(report);
        return report;
    }
}
