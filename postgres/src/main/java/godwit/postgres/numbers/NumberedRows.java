package godwit.postgres.numbers;

import java.util.Arrays;

/**
 * Passes the bytes of a binary COPY on with the numbers of objects as they are where it goes (PostgreSQL manual, COPY,
 * file formats).
 *
 * <p>Of a row only those values are held that hold such numbers, and only while they are cut by the end of a piece.
 */
public final class NumberedRows {
    private static final int SIGNATURE_AND_FLAGS_BYTES = 11 + 4;

    /** Takes bytes; they are changed afterwards. */
    @FunctionalInterface
    public interface Sink {
        void take(byte[] bytes, int offset, int length);
    }

    /** What the number that is being read says. */
    private enum Reading {
        EXTENSION_LENGTH(4),
        COLUMNS(2),
        VALUE_LENGTH(4);

        private final int bytes;

        Reading(int bytes) {
            this.bytes = bytes;
        }
    }

    private final NumberedColumns numbered;
    private final Sink sink;
    private Reading reading = Reading.EXTENSION_LENGTH;
    private int number;
    private int numberBytesLeft = Reading.EXTENSION_LENGTH.bytes;
    private int skipped = SIGNATURE_AND_FLAGS_BYTES;
    private byte[] held = {};
    private int heldFilled;
    private int columns;
    private int column;

    public NumberedRows(NumberedColumns numbered, Sink sink) {
        this.numbered = numbered;
        this.sink = sink;
    }

    /** Passes a piece on; it may begin and end anywhere, and is changed. */
    public void pass(byte[] bytes, int length) {
        var at = 0;
        var kept = 0;
        while (at < length) {
            if (skipped > 0) {
                var some = Math.min(skipped, length - at);
                skipped -= some;
                at += some;
            } else if (heldFilled < held.length) {
                at += hold(bytes, at, length);
                kept = at;
            } else {
                number = (number << 8) | (bytes[at++] & 0xFF);
                if (--numberBytesLeft == 0 && isValue() && !translatedWhole(bytes, at, length)) {
                    sink.take(bytes, kept, at - kept);
                    kept = at;
                }
            }
        }
        sink.take(bytes, kept, length - kept);
    }

    /** Takes what a number says; whether it is the length of a value that holds numbers of objects. */
    private boolean isValue() {
        var read = number;
        number = 0;
        switch (reading) {
            case EXTENSION_LENGTH -> {
                skipped = read;
                expect(Reading.COLUMNS);
            }
            case COLUMNS -> {
                columns = read;
                column = 0;
                // The end of the rows is a count of -1, behind which nothing comes.
                expect(columns > 0 && columns < 0x8000 ? Reading.VALUE_LENGTH : Reading.COLUMNS);
            }
            case VALUE_LENGTH -> {
                return isValue(read);
            }
        }
        return false;
    }

    private boolean isValue(int length) {
        if (length > 0 && numbered.has(column)) {
            held = new byte[length];
            heldFilled = 0;
            return true;
        }
        skipped = Math.max(0, length);
        nextColumn();
        return false;
    }

    private void nextColumn() {
        column++;
        expect(column < columns ? Reading.VALUE_LENGTH : Reading.COLUMNS);
    }

    private void expect(Reading next) {
        reading = next;
        numberBytesLeft = next.bytes;
    }

    /** Translates where it is the value that begins here, if all of it is there. */
    private boolean translatedWhole(byte[] bytes, int at, int length) {
        if (length - at < held.length) {
            return false;
        }
        numbered.translate(column, bytes, at, held.length);
        skipped = held.length;
        held = new byte[0];
        nextColumn();
        return true;
    }

    private int hold(byte[] bytes, int at, int length) {
        var some = Math.min(held.length - heldFilled, length - at);
        System.arraycopy(bytes, at, held, heldFilled, some);
        heldFilled += some;
        if (heldFilled == held.length) {
            numbered.translate(column, held, 0, held.length);
            sink.take(Arrays.copyOf(held, held.length), 0, held.length);
            held = new byte[0];
            heldFilled = 0;
            nextColumn();
        }
        return some;
    }
}
