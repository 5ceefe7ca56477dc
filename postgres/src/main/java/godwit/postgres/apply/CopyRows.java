package godwit.postgres.apply;

import godwit.move.Tuple;
import godwit.postgres.Session;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.postgresql.copy.CopyIn;

/**
 * Writes rows into a table through COPY, in the form in which they travel (PostgreSQL manual, COPY, file formats).
 *
 * <p>Holds one buffer in memory; larger values go by it.
 */
final class CopyRows implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};

    private final Session session;
    private final boolean binary;
    private final CopyIn copy;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int filled;
    private boolean firstInRow;

    CopyRows(Session session, String into, boolean binary) {
        this.session = session;
        this.binary = binary;
        try {
            copy = session.copy().copyIn("COPY " + into + " FROM STDIN (FORMAT " + (binary ? "binary" : "text") + ")");
        } catch (SQLException e) {
            throw session.failed(e);
        }
        if (binary) {
            bytes(SIGNATURE, 0, SIGNATURE.length);
            number(0, 4);
            number(0, 4);
        }
    }

    void beginRow(int columns) {
        firstInRow = true;
        if (binary) {
            number(columns, 2);
        }
    }

    /** Adds a value of a row; both markers of {@link Tuple} are written as NULL. */
    void value(Tuple row, int column) {
        if (row.isNull(column) || row.isUnchanged(column)) {
            absent();
        } else {
            present(row.array(column), row.offset(column), row.length(column));
        }
    }

    void value(byte[] value) {
        present(value, 0, value.length);
    }

    void text(String value) {
        value(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a whole number of type integer. */
    void whole(int value) {
        if (binary) {
            value(ByteBuffer.allocate(4).putInt(value).array());
        } else {
            text(Integer.toString(value));
        }
    }

    void endRow() {
        if (!binary) {
            put('\n');
        }
    }

    private void absent() {
        if (binary) {
            number(-1, 4);
            return;
        }
        separate();
        put('\\');
        put('N');
    }

    private void present(byte[] array, int offset, int length) {
        if (binary) {
            number(length, 4);
            bytes(array, offset, length);
            return;
        }
        separate();
        for (var i = offset; i < offset + length; i++) {
            escaped(array[i]);
        }
    }

    private void separate() {
        if (!firstInRow) {
            put('\t');
        }
        firstInRow = false;
    }

    private void escaped(byte b) {
        switch (b) {
            case '\\' -> two('\\');
            case '\n' -> two('n');
            case '\r' -> two('r');
            case '\t' -> two('t');
            default -> put(b);
        }
    }

    private void two(char second) {
        put('\\');
        put(second);
    }

    private void number(int value, int bytes) {
        for (var shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
            put(value >>> shift);
        }
    }

    private void put(int value) {
        if (filled == buffer.length) {
            flush();
        }
        buffer[filled++] = (byte) value;
    }

    private void bytes(byte[] array, int offset, int length) {
        if (length > buffer.length - filled) {
            flush();
        }
        if (length > buffer.length) {
            send(array, offset, length);
        } else {
            System.arraycopy(array, offset, buffer, filled, length);
            filled += length;
        }
    }

    private void flush() {
        send(buffer, 0, filled);
        filled = 0;
    }

    private void send(byte[] bytes, int offset, int length) {
        try {
            copy.writeToCopy(bytes, offset, length);
        } catch (SQLException e) {
            throw session.failed(e);
        }
    }

    /** Ends the COPY and returns the number of rows that it wrote. */
    long finish() {
        if (binary) {
            number(-1, 2);
        }
        flush();
        try {
            return copy.endCopy();
        } catch (SQLException e) {
            throw session.failed(e);
        }
    }

    @Override
    public void close() {
        if (copy.isActive()) {
            try {
                copy.cancelCopy();
            } catch (SQLException e) {
                throw session.failed(e);
            }
        }
    }
}
