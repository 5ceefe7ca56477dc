package godwit.move;

/**
 * Bounds that a move keeps.
 *
 * @param copyWorkers chunks that are copied at once
 * @param indexWorkers indexes that are built at once
 * @param chunkBytes bytes of a table's file that make one chunk
 * @param rowBytesMax a row with more bytes is a Problem
 * @param logKeptBytesMax when the source has to keep more log than this for us, the run ends with a Problem
 * @param startSecondsMax how long the start waits for transactions that were open before it
 */
public record MoveLimits(
        int copyWorkers,
        int indexWorkers,
        long chunkBytes,
        long rowBytesMax,
        long logKeptBytesMax,
        int startSecondsMax) {
    public static final MoveLimits DEFAULT = new MoveLimits(4, 2, 64L << 20, 512L << 20, 64L << 30, 600);
}
