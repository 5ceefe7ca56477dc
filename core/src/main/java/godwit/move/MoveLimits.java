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
 * @param resumableBytes tables above this size keep what was copied of them over a crash, where their key allows it
 * @param streamProtocol the version of the server's replication protocol: 2 sends large transactions while they are
 *     under way, 1 when they have committed
 * @param lockWaitMillisMax for how long anybody may wait for a lock because Godwit reads: then the reading is cancelled
 *     and done again
 * @param keyBytesMax memory for the keys of rows that a stream remembers between verifications, and as much for those
 *     that a verification holds at once, in bytes
 */
public record MoveLimits(
        int copyWorkers,
        int indexWorkers,
        long chunkBytes,
        long rowBytesMax,
        long logKeptBytesMax,
        int startSecondsMax,
        long resumableBytes,
        int streamProtocol,
        int lockWaitMillisMax,
        long keyBytesMax) {
    public static final MoveLimits DEFAULT =
            new MoveLimits(4, 2, 64L << 20, 512L << 20, 64L << 30, 600, 1L << 30, 2, 2000, 64L << 20);
}
