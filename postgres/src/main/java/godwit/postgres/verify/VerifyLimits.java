package godwit.postgres.verify;

/**
 * What a verification may use.
 *
 * @param workersPerSide sessions that read at the same time on each side, 1 or more
 * @param rowsReportedMax differing rows that are named in each table, 1 or more; beyond it they are counted only as far
 *     as was read
 * @param keysInMemoryMax keys of both sides that are held in memory at once, 1 or more
 */
public record VerifyLimits(int workersPerSide, int rowsReportedMax, long keysInMemoryMax) {
    /** For one machine with both servers near: a few hundred megabytes at most. */
    public static final VerifyLimits USUAL = new VerifyLimits(2, 100, 500_000);

    public VerifyLimits {
        if (workersPerSide < 1 || rowsReportedMax < 1 || keysInMemoryMax < 1) {
            throw new IllegalArgumentException("limits of a verification are 1 or more");
        }
    }
}
