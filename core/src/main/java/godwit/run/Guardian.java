package godwit.run;

import godwit.Problem;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Looks after a run whose writes are on the target: decides that it must go back by itself, and makes that possible.
 *
 * <pre>
 * health check failed n times in a row     → back
 * way back stands still for too long       → its stream is opened anew → back
 * verification finds a difference          → the source is repaired from the target → back
 * </pre>
 */
final class Guardian {
    private final MoveSteps steps;
    private final Pace pace;
    private final WayBackGuard guard;
    private final ContinuousProof proof;
    private Map<String, Object> report = Map.of();
    private long noticedAt;

    Guardian(MoveSteps steps, Pace pace) {
        this.steps = steps;
        this.pace = pace;
        this.guard = new WayBackGuard(steps.signals(), pace);
        this.proof = new ContinuousProof(steps, pace);
    }

    /** Begins to watch anew, because the writes have changed sides. */
    void begin() {
        guard.begin();
        proof.begin();
    }

    /** Ends what runs beside. */
    void stop() {
        proof.stop();
    }

    /** Why the run has to go back; empty while it does well. */
    Optional<Problem> look() {
        var reason = guard.reason().or(proof::difference);
        if (reason.isPresent()) {
            noticedAt = pace.nanos();
            proof.stop();
        }
        return reason;
    }

    /** Does what the way back needs for it to work. */
    void prepareWayBack(Problem reason) {
        switch (reason.code()) {
            case "differences-open" -> steps.repair(UUID.randomUUID());
            // What holds a stream up may be a connection that is dead without knowing it.
            case "way-back-stands-still" -> steps.reopen();
            default -> {}
        }
    }

    /** Notes how going back ended. */
    void ended(Problem reason, Outcome outcome) {
        var told = new LinkedHashMap<String, Object>();
        told.put("code", reason.code());
        told.put("message", reason.message());
        told.put("done", outcome instanceof Outcome.Done);
        told.put("seconds", (pace.nanos() - noticedAt) / 1e9);
        if (outcome instanceof Outcome.Refused refused) {
            told.put("refused", refused.problem());
            guard.rest();
            proof.begin();
        }
        report = Map.of("wentBack", told);
    }

    /** What is told in status. */
    Map<String, Object> report() {
        return report;
    }
}
