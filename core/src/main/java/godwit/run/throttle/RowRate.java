package godwit.run.throttle;

import java.util.concurrent.TimeUnit;

/** Spreads rows over time so that no more than so many pass in a second; up to a second's worth may pass at once. */
public final class RowRate {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private long rowsPerSecond;
    private long nextAt;

    /** From now on so many; 0: as many as come. */
    public void limit(long rows, long nowNanos) {
        rowsPerSecond = rows;
        nextAt = nowNanos;
    }

    /** Notes rows that pass now, and tells how long whoever brought them has to wait before the next ones. */
    public long waitNanos(long rows, long nowNanos) {
        if (rowsPerSecond == 0) {
            return 0;
        }
        var earliest = nowNanos - SECOND;
        nextAt = Math.max(nextAt, earliest) + Math.multiplyExact(rows, SECOND) / rowsPerSecond;
        return Math.max(0, nextAt - nowNanos);
    }
}
