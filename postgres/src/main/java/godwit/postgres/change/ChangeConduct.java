package godwit.postgres.change;

import godwit.run.Pace;

/**
 * How a change is carried out.
 *
 * @param operator who asks for it
 * @param workers sessions that fill a table's rows at once, at least one
 * @param rowsPerSecondMax how many rows they fill in a second together; 0: as many as they can
 */
public record ChangeConduct(String operator, Pace pace, int workers, long rowsPerSecondMax) {
    /** One session for each two processors that this process has, and no limit. */
    public static ChangeConduct of(String operator, Pace pace) {
        return new ChangeConduct(
                operator, pace, Math.max(1, Runtime.getRuntime().availableProcessors() / 2), 0);
    }
}
