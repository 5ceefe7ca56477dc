package godwit.run;

import java.util.Map;
import java.util.Optional;

/**
 * What people want of a run while it goes on; it holds until they want something else, over any restart.
 *
 * @param pausedBy who wants it to stand still
 * @param settings the limits that they set, by their paths, which win over the file
 */
public record Steering(Optional<String> pausedBy, Map<String, String> settings) {
    /** Nothing is wanted. */
    public static final Steering NONE = new Steering(Optional.empty(), Map.of());

    /** The ledger's key for the wish to stand still. */
    public static final String PAUSED = "paused";

    public Steering {
        settings = Map.copyOf(settings);
    }

    public boolean isPaused() {
        return pausedBy.isPresent();
    }
}
