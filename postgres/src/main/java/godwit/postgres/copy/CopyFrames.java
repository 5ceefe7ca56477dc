package godwit.postgres.copy;

import godwit.GodwitException;
import godwit.postgres.Session;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.SQLException;
import org.postgresql.copy.CopyOut;
import org.postgresql.core.PGStream;
import org.postgresql.core.QueryExecutorBase;
import org.postgresql.core.VisibleBufferedInputStream;
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
    private static final VarHandle STREAM = field(QueryExecutorBase.class, "pgStream", PGStream.class);
    private static final VarHandle INPUT = field(PGStream.class, "pgInput", VisibleBufferedInputStream.class);

    /** The driver reads 8 kB at once, which costs as many calls of the kernel as a big table has pages. */
    private static final int INPUT_BYTES = 128 * 1024;

    private final Session session;
    private final PGStream stream;
    private final CopyOut copy;
    private byte[] received = {};
    private int at;

    /** Makes a session ready to be read from fast; nothing may be under way in it. */
    static void prepare(Session session) {
        try {
            widen(streamOf(session));
        } catch (SQLException e) {
            throw session.failed(e);
        } catch (IOException e) {
            throw lost(session, e);
        }
    }

    /** @param copy has just begun in this session */
    CopyFrames(Session session, CopyOut copy) {
        this.session = session;
        this.copy = copy;
        try {
            this.stream = streamOf(session);
        } catch (SQLException e) {
            throw session.failed(e);
        }
    }

    private static VarHandle field(Class<?> owner, String name, Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(owner, MethodHandles.lookup()).findVarHandle(owner, name, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static PGStream streamOf(Session session) throws SQLException {
        return (PGStream)
                STREAM.get(session.connection().unwrap(PgConnection.class).getQueryExecutor());
    }

    /** Gives the driver a larger buffer, unless its own holds something just now. */
    private static void widen(PGStream stream) throws IOException {
        var input = (VisibleBufferedInputStream) INPUT.get(stream);
        if (input.getBuffer().length < INPUT_BYTES && input.available() == 0) {
            INPUT.set(stream, new VisibleBufferedInputStream(input.getWrapped(), INPUT_BYTES));
        }
    }

    /** Bytes of the next frame, which is a row or a part of the format around the rows; -1 after the last. */
    long next() {
        try {
            if (stream.peekChar() == 'd') {
                stream.receiveChar();
                return (long) stream.receiveInteger4() - Integer.BYTES;
            }
        } catch (IOException e) {
            throw lost(e);
        }
        var frame = rest();
        if (frame.length == 0) {
            return -1;
        }
        received = frame;
        at = 0;
        return frame.length;
    }

    /** What is no data at the moment is the driver's: it waits for more of it, or for the end. */
    private byte[] rest() {
        try {
            var frame = copy.readFromCopy();
            return frame == null ? new byte[0] : frame;
        } catch (SQLException e) {
            throw session.failed(e);
        }
    }

    /** Reads some of the frame that is at hand. */
    void read(byte[] into, int offset, int length) {
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

    private GodwitException lost(IOException cause) {
        return lost(session, cause);
    }

    private static GodwitException lost(Session session, IOException cause) {
        var failure =
                new PSQLException("the connection broke while rows were read", PSQLState.CONNECTION_FAILURE, cause);
        return session.failed(failure);
    }
}
