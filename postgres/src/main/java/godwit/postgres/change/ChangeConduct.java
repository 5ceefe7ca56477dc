package godwit.postgres.change;

import godwit.run.Pace;

/**
 * How a change is carried out.
 *
 * @param operator who asks for it
 * @param workers sessions that fill a table's rows at once, at least one
 * @param rowsPerSecondMax how many rows they fill in a second together; 0: as many as they can
 * @param shadows where statements of people's own are tried
 */
public record ChangeConduct(String operator, Pace pace, int workers, long rowsPerSecondMax, ShadowServers shadows) {
    /** One session for each two processors that this process has, no limit, and no server to try statements on. */
    public static ChangeConduct of(String operator, Pace pace) {
        return new ChangeConduct(
                operator, pace, Math.max(1, Runtime.getRuntime().availableProcessors() / 2), 0, ShadowServers.NONE);
    }

    /** The same with servers to try statements on. */
    public ChangeConduct with(ShadowServers servers) {
        return new ChangeConduct(operator, pace, workers, rowsPerSecondMax, servers);
    }

    /** The same, filled otherwise. */
    public ChangeConduct filling(int sessions, long rowsPerSecond) {
        return new ChangeConduct(operator, pace, sessions, rowsPerSecond, shadows);
    }
}
