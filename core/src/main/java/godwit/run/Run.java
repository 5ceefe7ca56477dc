package godwit.run;

import godwit.Problem;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A run as the ledger has it.
 *
 * @param id RFC 4122, version 4
 * @param name the name in its file
 * @param phase where it stands
 * @param problem why it does not go on by itself, when it does not
 * @param begunAt when it was first started, UTC
 */
public record Run(UUID id, String name, Phase phase, Optional<Problem> problem, Instant begunAt) {
    /** The short form of the id, by which the run's objects in databases are named. */
    public String shortId() {
        return shortId(id);
    }

    /** The short form of a run's id. */
    public static String shortId(UUID id) {
        return id.toString().substring(0, 8);
    }

    /** The phase, or {@code failed} when a Problem holds it, or {@code paused} when people do. */
    public String state(Steering steering) {
        if (problem.isPresent()) {
            return "failed";
        }
        return steering.isPaused() && !phase.isOver() ? "paused" : phase.word();
    }
}
