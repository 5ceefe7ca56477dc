package godwit.postgres;

import godwit.move.MoveLimits;
import godwit.move.MoveSpec;
import godwit.move.SwitchSpec;
import godwit.move.UrlReference;
import java.util.List;
import java.util.Map;

/** What the moves of tests are told, small enough that a little table has many chunks. */
public final class Specs {
    private static final long CHUNK_BYTES = 16_384;

    private Specs() {}

    public static MoveSpec spec(String name, int copyWorkers) {
        return spec(
                name,
                new MoveLimits(copyWorkers, 1, CHUNK_BYTES, 512L << 20, 64L << 30, 60, 1L << 30, 2, 2000, 64L << 20));
    }

    public static MoveSpec withRows(String name, long rowBytesMax) {
        return spec(name, new MoveLimits(1, 1, CHUNK_BYTES, rowBytesMax, 64L << 30, 60, 1L << 30, 2, 2000, 64L << 20));
    }

    public static MoveSpec keepingLog(String name, long logKeptBytesMax) {
        return spec(
                name, new MoveLimits(1, 1, CHUNK_BYTES, 512L << 20, logKeptBytesMax, 60, 1L << 30, 2, 2000, 64L << 20));
    }

    /** A table is one chunk, and nobody waits for longer because it is read. */
    public static MoveSpec yielding(String name, int lockWaitMillisMax) {
        var limits =
                new MoveLimits(1, 1, 1L << 30, 512L << 20, 64L << 30, 60, 1L << 30, 2, lockWaitMillisMax, 64L << 20);
        return spec(name, limits);
    }

    /** A table is one chunk. */
    public static MoveSpec large(String name) {
        return spec(name, new MoveLimits(1, 1, 1L << 30, 512L << 20, 64L << 30, 60, 1L << 30, 2, 2000, 64L << 20));
    }

    /** Tables of any size are copied by ranges of their keys. */
    public static MoveSpec byRange(String name, int copyWorkers) {
        return spec(
                name,
                new MoveLimits(copyWorkers, 1, 4 * CHUNK_BYTES, 512L << 20, 64L << 30, 60, 0, 2, 2000, 64L << 20));
    }

    private static MoveSpec spec(String name, MoveLimits limits) {
        return new MoveSpec(
                name,
                new UrlReference.Environment("SOURCE_URL"),
                new UrlReference.Environment("TARGET_URL"),
                MoveSpec.TableSelection.ALL,
                Map.of(),
                new SwitchSpec(List.of(), 5, 3000, 10, 300),
                limits);
    }
}
