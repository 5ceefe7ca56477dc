package godwit.postgres.apply;

import godwit.move.Tuple;
import godwit.postgres.Session;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.postgresql.copy.CopyIn;

/**
 * Writes rows into a table through COPY, in the form in which they travel (PostgreSQL manual, COPY, file formats).
 *
 * <p>Holds at most one buffer and the row at hand in memory.
 */
final class CopyRows implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};

    private final Session session;
    private final boolean binary;
    private final CopyIn copy;
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(BUFFER_BYTES + 8192);
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
            buffer.writeBytes(SIGNATURE);
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

    /** Adds a value; both markers of {@link Tuple} are written as NULL. */
    void value(byte[] value) {
        if (binary) {
            binaryValue(value);
        } else {
            textValue(value);
        }
        if (buffer.size() >= BUFFER_BYTES) {
            flush();
        }
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
            buffer.write('\n');
        }
    }

    private static boolean isAbsent(byte[] value) {
        return value == Tuple.NULL || value == Tuple.UNCHANGED;
    }

    private void binaryValue(byte[] value) {
        if (isAbsent(value)) {
            number(-1, 4);
            return;
        }
        number(value.length, 4);
        if (value.length > BUFFER_BYTES) {
            flush();
            send(value, value.length);
        } else {
            buffer.writeBytes(value);
        }
    }

    private void textValue(byte[] value) {
        if (!firstInRow) {
            buffer.write('\t');
        }
        firstInRow = false;
        if (isAbsent(value)) {
            buffer.write('\\');
            buffer.write('N');
            return;
        }
        for (var b : value) {
            escaped(b);
        }
    }

    private void escaped(byte b) {
        switch (b) {
            case '\\' -> two('\\');
            case '\n' -> two('n');
            case '\r' -> two('r');
            case '\t' -> two('t');
            default -> buffer.write(b);
        }
    }

    private void two(char second) {
        buffer.write('\\');
        buffer.write(second);
    }

    private void number(int value, int bytes) {
        for (var shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
            buffer.write(value >>> shift);
        }
    }

    private void flush() {
        send(buffer.toByteArray(), buffer.size());
        buffer.reset();
    }

    private void send(byte[] bytes, int length) {
        try {
            copy.writeToCopy(bytes, 0, length);
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
