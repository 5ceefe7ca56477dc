package godwit.postgres.move;

import godwit.move.Side;
import java.util.Map;

/**
 * How one side's log stands to a run that nobody follows, and how fast it grows.
 *
 * @param side the side that keeps it
 * @param keptBytes what its slot keeps now
 * @param lagBytes how far the log is ahead of what the other side has of it
 * @param bytesPerSecond how fast the side writes log, from two readings
 */
public record LogGrowth(Side side, long keptBytes, long lagBytes, long bytesPerSecond) {
    /** As it is shown in JSON. */
    public Map<String, Object> report() {
        return Map.of(
                "side", side.word(), "keptBytes", keptBytes, "lagBytes", lagBytes, "bytesPerSecond", bytesPerSecond);
    }
}
