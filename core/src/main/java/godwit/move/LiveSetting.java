package godwit.move;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A limit that people can change while a move runs; everything else holds from its start. */
public enum LiveSetting {
    /** Chunks that are copied at once when nothing speaks against it. */
    COPY_WORKERS("limits.copyWorkers", 4, 1, 64),
    /** Rows that are copied in a second at most; 0: as many as the servers give. */
    ROWS_PER_SECOND("throttle.rowsPerSecond", 0, 0, 1_000_000_000),
    /** How long a trivial statement may take on either side; 0: not looked at. */
    LATENCY_MILLIS_MAX("throttle.latencyMillisMax", 500, 0, 600_000),
    /** How far other standbys of either side may be behind; 0: not looked at. */
    REPLICA_LAG_SECONDS_MAX("throttle.replicaLagSecondsMax", 30, 0, 86_400),
    /** Sessions, other than Godwit's, that may be at work on a side; 0: not looked at. */
    ACTIVE_SESSIONS_MAX("throttle.activeSessionsMax", 0, 0, 100_000),
    /** The age that a transaction, other than Godwit's, may have on a side; 0: not looked at. */
    TRANSACTION_SECONDS_MAX("throttle.transactionSecondsMax", 0, 0, 86_400),
    /** The log that a side may keep for Godwit's slot before the copy waits; 0: not looked at. */
    SLOT_BYTES_MAX("throttle.slotBytesMax", 0, 0, 1L << 50),
    /** Row changes after which a batch of the stream is written. */
    ROWS_PER_BATCH("apply.rowsPerBatch", 20_000, 1, 1_000_000),
    /** Bytes of changes after which a batch of the stream is written; one larger row passes alone. */
    BYTES_PER_BATCH("apply.bytesPerBatch", 16L << 20, 1024, 256L << 20),
    /** How long changes wait for others before their batch is written. */
    MILLIS_PER_BATCH("apply.millisPerBatch", 200, 1, 60_000);

    private final String path;
    private final long standard;
    private final long least;
    private final long most;

    LiveSetting(String path, long standard, long least, long most) {
        this.path = path;
        this.standard = standard;
        this.least = least;
        this.most = most;
    }

    /** Its place in the move file: {@code throttle.rowsPerSecond}. */
    public String path() {
        return path;
    }

    /** Its section in the move file. */
    public String section() {
        return path.substring(0, path.indexOf('.'));
    }

    /** Its key in that section. */
    public String key() {
        return path.substring(path.indexOf('.') + 1);
    }

    public long standard() {
        return standard;
    }

    public long least() {
        return least;
    }

    public long most() {
        return most;
    }

    /** The setting that people mean: by its path, its key, or its key as {@code rows-per-second}. */
    public static Optional<LiveSetting> named(String name) {
        return Arrays.stream(values())
                .filter(s -> name.equals(s.path) || name.equals(s.key()) || name.equals(dashed(s.key())))
                .findFirst();
    }

    private static String dashed(String key) {
        return key.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
