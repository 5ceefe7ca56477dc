package godwit.move;

import java.util.Arrays;

/**
 * The values by which a row is known, equal when their bytes are.
 *
 * <p>Bytes and not the type's own equality: the server too calls a key changed when its bytes are, so that two
 * spellings of one citext arrive as a delete and an insert, which is right either way.
 */
public final class RowKey {
    private final byte[][] values;
    private final int hash;

    RowKey(byte[][] values) {
        this.values = values;
        this.hash = Arrays.deepHashCode(values) * 31 + nulls(values);
    }

    private static int nulls(byte[][] values) {
        var count = 0;
        for (var value : values) {
            count = count * 31 + (value == Tuple.NULL ? 1 : 0);
        }
        return count;
    }

    public byte[] value(int position) {
        return values[position];
    }

    public int width() {
        return values.length;
    }

    public boolean isNull(int position) {
        return values[position] == Tuple.NULL;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof RowKey key) || key.hash != hash || key.values.length != values.length) {
            return false;
        }
        for (var i = 0; i < values.length; i++) {
            if (key.isNull(i) != isNull(i) || !Arrays.equals(values[i], key.values[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
