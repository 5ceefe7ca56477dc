package godwit.postgres.numbers;

import godwit.move.Tuple;
import java.nio.ByteBuffer;
import java.util.Map;

/** The stored columns of a table whose values, in binary form, hold numbers of objects, by their place. */
public final class NumberedColumns {
    /** For tables without such columns. */
    public static final NumberedColumns NONE = new NumberedColumns(Map.of(), new Nowhere());

    private static final int RANGE_EMPTY = 0x01;
    private static final int RANGE_LOWER_ABSENT = 0x08 | 0x20;
    private static final int RANGE_UPPER_ABSENT = 0x10 | 0x40;

    private final Map<Integer, Shape> shapes;
    private final Numbers numbers;

    /** The transaction that wrote a row. */
    @FunctionalInterface
    public interface Writer {
        /** For rows that were read in a snapshot. */
        Writer ENDED = () -> {};

        /** Throws when it has not ended: what it made may not be seen yet. */
        void requireEnded();
    }

    /** What an object's number is elsewhere. */
    private interface Numbers {
        int there(String kind, int number, Writer writer);
    }

    private record Nowhere() implements Numbers {
        @Override
        public int there(String kind, int number, Writer writer) {
            return number;
        }
    }

    NumberedColumns(Map<Integer, Shape> shapes, ObjectNumbers numbers) {
        this(shapes, numbers::there);
    }

    private NumberedColumns(Map<Integer, Shape> shapes, Numbers numbers) {
        this.shapes = Map.copyOf(shapes);
        this.numbers = numbers;
    }

    public boolean isEmpty() {
        return shapes.isEmpty();
    }

    /** Whether the column at this place is one. */
    public boolean has(int column) {
        return shapes.containsKey(column);
    }

    /** Whether one of these places is one. */
    public boolean hasAny(int[] columns) {
        for (var column : columns) {
            if (has(column)) {
                return true;
            }
        }
        return false;
    }

    /** Writes into a row, in place and once, the numbers that the objects have where it goes. */
    public void translate(Tuple row) {
        translate(row, Writer.ENDED);
    }

    /** The same for a row as a transaction wrote it, which may not have ended. */
    public void translate(Tuple row, Writer writer) {
        for (var column : shapes.keySet()) {
            if (column < row.width() && !row.isNull(column) && !row.isUnchanged(column)) {
                translate(column, ByteBuffer.wrap(row.array(column), row.offset(column), row.length(column)), writer);
            }
        }
    }

    /** The same for one value of a column. */
    public void translate(int column, byte[] array, int offset, int length) {
        translate(column, ByteBuffer.wrap(array, offset, length), Writer.ENDED);
    }

    private void translate(int column, ByteBuffer value, Writer writer) {
        var shape = shapes.get(column);
        if (shape != null) {
            translate(shape, value, writer);
        }
    }

    /** @param value stands before the value, and behind it afterwards */
    private void translate(Shape shape, ByteBuffer value, Writer writer) {
        switch (shape) {
            case Shape.Plain plain -> {}
            case Shape.ObjectNumber number -> {
                var at = value.position();
                value.putInt(at, numbers.there(number.kind(), value.getInt(), writer));
            }
            case Shape.Items items -> items(items, value, writer);
            case Shape.Fields fields -> fields(fields, value, writer);
            case Shape.Span span -> span(span, value, writer);
            case Shape.Spans spans -> {
                for (var left = value.getInt(); left > 0; left--) {
                    sized(spans.span(), value, writer);
                }
            }
        }
    }

    /** Dimensions, whether there are nulls, the item's type; length and lower bound of each dimension; the items. */
    private void items(Shape.Items shape, ByteBuffer value, Writer writer) {
        var dimensions = value.getInt();
        value.getLong();
        var count = dimensions == 0 ? 0 : 1;
        for (var i = 0; i < dimensions; i++) {
            count *= value.getInt();
            value.getInt();
        }
        for (var i = 0; i < count; i++) {
            sized(shape.item(), value, writer);
        }
    }

    private void fields(Shape.Fields shape, ByteBuffer value, Writer writer) {
        var count = value.getInt();
        if (count != shape.fields().size()) {
            throw new IllegalStateException("a composite type has other fields than the catalog says");
        }
        for (var field : shape.fields()) {
            value.getInt();
            sized(field, value, writer);
        }
    }

    private void span(Shape.Span shape, ByteBuffer value, Writer writer) {
        var flags = value.get();
        if ((flags & RANGE_EMPTY) == 0) {
            if ((flags & RANGE_LOWER_ABSENT) == 0) {
                sized(shape.bound(), value, writer);
            }
            if ((flags & RANGE_UPPER_ABSENT) == 0) {
                sized(shape.bound(), value, writer);
            }
        }
    }

    /** A value behind its length, which is negative for NULL. */
    private void sized(Shape shape, ByteBuffer value, Writer writer) {
        var length = value.getInt();
        if (length >= 0) {
            var end = value.position() + length;
            translate(shape, value, writer);
            value.position(end);
        }
    }
}
