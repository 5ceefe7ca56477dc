package godwit.postgres.verify;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Set;
import org.postgresql.PGConnection;

/**
 * A session that reads piece by piece in one snapshot without keeping the locks of what it has read.
 *
 * <p>Each piece is read behind a savepoint. Rolling back to it releases the piece's lock on the table but keeps the
 * transaction and its snapshot (PostgreSQL manual, 13.3), so that a DDL of the application waits for one piece at most.
 */
final class ReadSession implements AutoCloseable {
    private static final int ATTEMPTS_MAX = 5;
    /* Cancelled by whoever saw it block others; lock not given in time; deadlock. Each passes; reading has no effect. */
    private static final Set<String> PASSING = Set.of("57014", "55P03", "40P01");

    private final Connection connection;
    private final boolean owned;

    private ReadSession(Connection connection, boolean owned) {
        this.connection = connection;
        this.owned = owned;
    }

    /** A session that is closed with this one. */
    static ReadSession owning(Connection connection) throws SQLException {
        return new ReadSession(connection, true).prepared();
    }

    /** The caller's session, inside the caller's transaction, which both go on afterwards. */
    static ReadSession lent(Connection connection) throws SQLException {
        return new ReadSession(connection, false).prepared();
    }

    /** Reads a piece; repeats it when somebody cancelled it to let others pass, unless reading is to end. */
    <T> T read(Read<T> read, Stop stop) throws SQLException {
        var earlier = new ArrayList<SQLException>();
        while (true) {
            try {
                return once(read);
            } catch (SQLException failed) {
                var isPassing = PASSING.contains(String.valueOf(failed.getSQLState()));
                if (!isPassing || stop.isSet() || earlier.size() + 1 == ATTEMPTS_MAX) {
                    earlier.forEach(failed::addSuppressed);
                    throw failed;
                }
                earlier.add(failed);
            }
        }
    }

    /** Ends the statement that runs in it, if any; may be called from any thread. */
    void cancel() throws SQLException {
        connection.unwrap(PGConnection.class).cancelQuery();
    }

    @Override
    public void close() throws SQLException {
        if (owned) {
            connection.close();
        }
    }

    private <T> T once(Read<T> read) throws SQLException {
        execute("SAVEPOINT godwit_piece");
        T result;
        try {
            result = read.from(connection);
        } catch (SQLException | RuntimeException failed) {
            releaseAfter(failed);
            throw failed;
        }
        release();
        return result;
    }

    private void releaseAfter(Exception failed) {
        try {
            release();
        } catch (SQLException gone) {
            failed.addSuppressed(gone);
        }
    }

    private ReadSession prepared() throws SQLException {
        // The number of workers is the limit on load; compiling each small piece would cost more than it saves; the
        // text of a value of type money is that of a country otherwise.
        execute("SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL lc_monetary = 'C'");
        return this;
    }

    private void release() throws SQLException {
        execute("ROLLBACK TO SAVEPOINT godwit_piece; RELEASE SAVEPOINT godwit_piece");
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What is read in a session. */
    @FunctionalInterface
    interface Read<T> {
        T from(Connection session) throws SQLException;
    }

    /** Whether reading is to end. */
    @FunctionalInterface
    interface Stop {
        boolean isSet();
    }
}
