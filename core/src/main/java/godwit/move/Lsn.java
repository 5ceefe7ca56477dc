package godwit.move;

/**
 * A position in a server's write-ahead log, in bytes from its beginning.
 *
 * @param value unsigned 64 bits; 0 is before everything
 */
public record Lsn(long value) implements Comparable<Lsn> {
    public static final Lsn ZERO = new Lsn(0);

    /** Reads the server's form, two hexadecimal numbers: {@code 16/B374D848}. */
    public static Lsn parse(String text) {
        var slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("not a log position: " + text);
        }
        var high = Long.parseLong(text.substring(0, slash), 16);
        return new Lsn(high << 32 | Long.parseLong(text.substring(slash + 1), 16));
    }

    public boolean isBefore(Lsn other) {
        return compareTo(other) < 0;
    }

    public Lsn max(Lsn other) {
        return isBefore(other) ? other : this;
    }

    /** Bytes of log from an earlier position to this one; 0 when the other is not earlier. */
    public long bytesSince(Lsn earlier) {
        return Math.max(0, value - earlier.value);
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return "%X/%X".formatted(value >>> 32, value & 0xFFFFFFFFL);
    }
}
