package godwit.postgres.verify;

/**
 * What a verification may use.
 *
 * @param workersPerSide sessions that read at the same time on each side, 1 or more
 * @param rowsReportedMax differing rows that are named in each table, 1 or more; beyond it they are counted only as far
 *     as was read
 * @param keyBytesMax memory for the keys of both sides that are held at once, in bytes, 1 or more
 */
public record VerifyLimits(int workersPerSide, int rowsReportedMax, long keyBytesMax) {
    /** For one machine with both servers near. */
    public static final VerifyLimits USUAL = new VerifyLimits(2, 100, 64L << 20);

    public VerifyLimits {
        if (workersPerSide < 1 || rowsReportedMax < 1 || keyBytesMax < 1) {
            throw new IllegalArgumentException("limits of a verification are 1 or more");
        }
    }

    /** The same with other memory for keys. */
    public VerifyLimits holding(long otherKeyBytesMax) {
        return new VerifyLimits(workersPerSide, rowsReportedMax, otherKeyBytesMax);
    }
}
