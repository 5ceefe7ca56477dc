package godwit.move;

import java.util.Arrays;

/**
 * The values by which a row is known, equal when their bytes are.
 *
 * <p>Bytes and not the type's own equality: the server too calls a key changed when its bytes are, so that two
 * spellings of one citext arrive as a delete and an insert, which is right either way.
 */
public final class RowKey {
    /** Of a longer value only so many bytes count in the hash. */
    private static final int BYTES_HASHED_MAX = 256;

    private final Tuple values;
    private final int hash;

    RowKey(Tuple values) {
        this.values = values;
        this.hash = hashOf(values);
    }

    private static int hashOf(Tuple values) {
        var hash = 1;
        for (var i = 0; i < values.width(); i++) {
            var array = values.array(i);
            var end = values.offset(i) + Math.min(BYTES_HASHED_MAX, values.length(i));
            for (var at = values.offset(i); at < end; at++) {
                hash = hash * 31 + array[at];
            }
            hash = hash * 31 + (values.isNull(i) ? -1 : values.length(i));
        }
        return hash;
    }

    /** The values as a row. */
    public Tuple row() {
        return values;
    }

    /** The same key without the message that it came in, for keeping. */
    public RowKey alone() {
        var own = new byte[width()][];
        for (var i = 0; i < own.length; i++) {
            own[i] = value(i);
        }
        return new RowKey(new Tuple(own));
    }

    public byte[] value(int position) {
        return values.value(position);
    }

    public int width() {
        return values.width();
    }

    public boolean isNull(int position) {
        return values.isNull(position);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof RowKey key) || key.hash != hash || key.width() != width()) {
            return false;
        }
        for (var i = 0; i < width(); i++) {
            if (key.isNull(i) != isNull(i) || !isSame(values, key.values, i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSame(Tuple a, Tuple b, int column) {
        return Arrays.equals(
                a.array(column),
                a.offset(column),
                a.offset(column) + a.length(column),
                b.array(column),
                b.offset(column),
                b.offset(column) + b.length(column));
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
