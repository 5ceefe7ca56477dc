package godwit.postgres.copy;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.copy.CopyOut;
import org.postgresql.core.PGStream;
import org.postgresql.core.QueryExecutorBase;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * The data of a COPY from a server, read in pieces of whatever size the caller wants.
 *
 * <p>The driver hands out one array for each row, as large as the row. Here the frames of the protocol (PostgreSQL
 * manual, 55.7, CopyData) are read from the driver's own stream, so that no row is ever held whole; everything that is
 * not data is left to the driver. Not for two threads.
 */
final class CopyFrames {
    private static final VarHandle STREAM = stream();

    private final PGStream stream;
    private final CopyOut copy;
    private byte[] received = {};
    private int at;

    /** @param copy has just begun on this connection */
    CopyFrames(Connection connection, CopyOut copy) throws SQLException {
        this.stream =
                (PGStream) STREAM.get(connection.unwrap(PgConnection.class).getQueryExecutor());
        this.copy = copy;
    }

    private static VarHandle stream() {
        try {
            return MethodHandles.privateLookupIn(QueryExecutorBase.class, MethodHandles.lookup())
                    .findVarHandle(QueryExecutorBase.class, "pgStream", PGStream.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Bytes of the next frame, which is a row or a part of the format around the rows; -1 after the last. */
    long next() throws SQLException {
        try {
            if (stream.peekChar() == 'd') {
                stream.receiveChar();
                return (long) stream.receiveInteger4() - Integer.BYTES;
            }
        } catch (IOException e) {
            throw lost(e);
        }
        var frame = copy.readFromCopy();
        if (frame == null) {
            return -1;
        }
        received = frame;
        at = 0;
        return frame.length;
    }

    /** Reads some of the frame that is at hand. */
    void read(byte[] into, int offset, int length) throws SQLException {
        if (at < received.length) {
            System.arraycopy(received, at, into, offset, length);
            at += length;
            return;
        }
        try {
            stream.receive(into, offset, length);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private static SQLException lost(IOException cause) {
        return new PSQLException("the connection broke while rows were read", PSQLState.CONNECTION_FAILURE, cause);
    }
}
