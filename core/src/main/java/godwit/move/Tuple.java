package godwit.move;

import java.util.Arrays;

/**
 * The values of one row as they travel: each in PostgreSQL's binary or text form, never decoded.
 *
 * <p>A value is a range of bytes, mostly of the message that brought it, so that a value of any size is held in memory
 * once. A null value and a value that the log leaves out (a TOAST value that did not change) are the two marker arrays
 * {@link #NULL} and {@link #UNCHANGED}, recognised by identity; an empty value is an empty range of another array.
 */
public final class Tuple {
    public static final byte[] NULL = new byte[0];
    public static final byte[] UNCHANGED = new byte[0];

    private final byte[][] arrays;
    private final int[] ranges;

    /** @param values one array for each column; kept, not copied: the caller gives it away */
    public Tuple(byte[][] values) {
        this(values, new int[2 * values.length]);
        for (var i = 0; i < values.length; i++) {
            ranges[2 * i + 1] = values[i].length;
        }
    }

    /**
     * A row whose values are ranges of arrays.
     *
     * @param arrays for each column the array that its value is in, or a marker
     * @param ranges for each column where its value begins in that array, and how many bytes it has
     */
    public Tuple(byte[][] arrays, int[] ranges) {
        this.arrays = arrays;
        this.ranges = ranges;
    }

    public int width() {
        return arrays.length;
    }

    /** A value as an array of its own, or a marker. */
    public byte[] value(int column) {
        var array = arrays[column];
        return offset(column) == 0 && length(column) == array.length
                ? array
                : Arrays.copyOfRange(array, offset(column), offset(column) + length(column));
    }

    /** The array that a value is in, or a marker. */
    public byte[] array(int column) {
        return arrays[column];
    }

    /** Where a value begins in its array. */
    public int offset(int column) {
        return ranges[2 * column];
    }

    /** How many bytes a value has; 0 for the markers. */
    public int length(int column) {
        return ranges[2 * column + 1];
    }

    public boolean isNull(int column) {
        return arrays[column] == NULL;
    }

    public boolean isUnchanged(int column) {
        return arrays[column] == UNCHANGED;
    }

    public boolean hasUnchanged() {
        for (var array : arrays) {
            if (array == UNCHANGED) {
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
        var complete = copy();
        for (var i = 0; i < arrays.length; i++) {
            complete.takeIfUnchanged(i, older);
        }
        return complete;
    }

    /** As {@link #completedFrom(Tuple)}, for some columns only. */
    public Tuple completedFrom(Tuple older, int[] columns) {
        if (!hasUnchanged()) {
            return this;
        }
        var complete = copy();
        for (var column : columns) {
            complete.takeIfUnchanged(column, older);
        }
        return complete;
    }

    /** The values of the first columns: this row, when it has no more. */
    public Tuple first(int columns) {
        return columns >= width()
                ? this
                : new Tuple(Arrays.copyOf(arrays, columns), Arrays.copyOf(ranges, 2 * columns));
    }

    private Tuple copy() {
        return new Tuple(arrays.clone(), ranges.clone());
    }

    private void takeIfUnchanged(int column, Tuple older) {
        if (arrays[column] == UNCHANGED) {
            take(column, older, column);
        }
    }

    private void take(int column, Tuple from, int itsColumn) {
        arrays[column] = from.arrays[itsColumn];
        ranges[2 * column] = from.ranges[2 * itsColumn];
        ranges[2 * column + 1] = from.ranges[2 * itsColumn + 1];
    }

    /** The values of some columns, as a key that can be compared by its bytes. */
    public RowKey key(int[] columns) {
        var key = new Tuple(new byte[columns.length][], new int[2 * columns.length]);
        for (var i = 0; i < columns.length; i++) {
            key.take(i, this, columns[i]);
        }
        return new RowKey(key);
    }

    /** All values as a key: for rows that have no other. */
    public RowKey wholeRow() {
        return new RowKey(this);
    }

    /** Memory taken by the values, in bytes, with an allowance for each. */
    public long bytes() {
        var bytes = 0L;
        for (var i = 0; i < arrays.length; i++) {
            bytes += length(i) + 24L;
        }
        return bytes;
    }
}
