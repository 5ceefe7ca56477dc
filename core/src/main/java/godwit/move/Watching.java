package godwit.move;

import java.util.List;

/**
 * How a switched run is watched, so that it goes back by itself.
 *
 * @param health the people's own checks
 * @param verifySecondsBetween how long after one verification in the other direction the next begins; 0: none is made
 */
public record Watching(List<HealthCheck> health, int verifySecondsBetween) {
    public static final Watching USUAL = new Watching(List.of(), 3600);

    public Watching {
        health = List.copyOf(health);
    }
}
