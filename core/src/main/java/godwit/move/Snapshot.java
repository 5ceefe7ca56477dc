package godwit.move;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Which transactions a reader saw, as {@code pg_current_snapshot()} tells it: {@code xmin:xmax:xip,xip}.
 *
 * <p>PostgreSQL manual, table 9.82: all below xmin had ended, all from xmax on had not begun, and those listed between
 * were under way. The list names top-level transactions, which is what a stream's Begin names too.
 */
public record Snapshot(long xmin, long xmax, LongList running) {
    /** Sorted transaction numbers. */
    public record LongList(long... values) {
        public LongList {
            values = Arrays.copyOf(values, values.length);
            Arrays.sort(values);
        }

        boolean has(long value) {
            return Arrays.binarySearch(values, value) >= 0;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof LongList list && Arrays.equals(values, list.values);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(values);
        }
    }

    public static Snapshot parse(String text) {
        var parts = text.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not a snapshot: " + text);
        }
        var running = parts[2].isEmpty()
                ? LongStream.empty()
                : Arrays.stream(parts[2].split(",")).mapToLong(Long::parseLong);
        return new Snapshot(Long.parseLong(parts[0]), Long.parseLong(parts[1]), new LongList(running.toArray()));
    }

    /** As the server writes it. */
    public String text() {
        var listed = LongStream.of(running.values).mapToObj(Long::toString).collect(Collectors.joining(","));
        return xmin + ":" + xmax + ":" + listed;
    }

    /** Whether a reader under this snapshot saw the transaction's effects, if it committed. */
    public boolean sees(long xid) {
        return xid < xmin || (xid < xmax && !running.has(xid));
    }

    /**
     * The whole number of a transaction that a stream names by its lower 32 bits: the one nearest to a known number,
     * since no two live transactions are two thousand million apart (PostgreSQL manual, 25.1.5).
     */
    public static long wholeXid(int lower, long near) {
        return near + (lower - (int) near);
    }
}
