package godwit.move;

import java.util.Arrays;

/**
 * The values of one row as they travel: each in PostgreSQL's binary or text form, never decoded.
 *
 * <p>A null value and a value that the log leaves out (a TOAST value that did not change) are the two marker arrays
 * {@link #NULL} and {@link #UNCHANGED}, recognised by identity; an empty value is an empty array of its own.
 */
public final class Tuple {
    public static final byte[] NULL = new byte[0];
    public static final byte[] UNCHANGED = new byte[0];

    private final byte[][] values;

    /** @param values one array for each column; kept, not copied: the caller gives it away */
    public Tuple(byte[][] values) {
        this.values = values;
    }

    public int width() {
        return values.length;
    }

    public byte[] value(int column) {
        return values[column];
    }

    public boolean isNull(int column) {
        return values[column] == NULL;
    }

    public boolean isUnchanged(int column) {
        return values[column] == UNCHANGED;
    }

    public boolean hasUnchanged() {
        for (var value : values) {
            if (value == UNCHANGED) {
                return true;
            }
        }
        return false;
    }

    /** This row with each value that the log left out taken from an older version of it. */
    public Tuple completedFrom(Tuple older) {
        if (!hasUnchanged()) {
            return this;
        }
        var complete = values.clone();
        for (var i = 0; i < complete.length; i++) {
            if (complete[i] == UNCHANGED) {
                complete[i] = older.values[i];
            }
        }
        return new Tuple(complete);
    }

    /** As {@link #completedFrom(Tuple)}, for some columns only. */
    public Tuple completedFrom(Tuple older, int[] columns) {
        var complete = values.clone();
        for (var column : columns) {
            if (complete[column] == UNCHANGED) {
                complete[column] = older.values[column];
            }
        }
        return new Tuple(complete);
    }

    /** The values of some columns, as a key that can be compared by its bytes. */
    public RowKey key(int[] columns) {
        var key = new byte[columns.length][];
        for (var i = 0; i < columns.length; i++) {
            key[i] = values[columns[i]];
        }
        return new RowKey(key);
    }

    /** All values as a key: for rows that have no other. */
    public RowKey wholeRow() {
        return new RowKey(values);
    }

    /** Memory taken by the values, in bytes, with an allowance for each. */
    public long bytes() {
        return Arrays.stream(values).mapToLong(v -> v.length + 24L).sum();
    }
}
