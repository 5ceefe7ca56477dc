package godwit.postgres;

import godwit.GodwitException;
import godwit.Retry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * One connection to a server, with every SQLException turned into a Problem that names the server's place.
 *
 * <p>Not for use by two threads at once. Statements autocommit unless they run inside {@link #transaction}.
 */
public final class Session implements AutoCloseable {
    private static final int SECONDS_TO_ANSWER = 5;

    private final Connection connection;
    private final Endpoint endpoint;
    private final String place;
    private final Owner owner;
    private final int pid;
    private volatile boolean failed;
    private volatile boolean alone;
    private boolean passedOn;
    private boolean aborted;

    /** Who opened it. */
    interface Owner {
        /** Whether the connection, which somebody is done with, is kept open for the next. */
        boolean keeps(Session session);

        void ended(Session session);
    }

    Session(Connection connection, Endpoint endpoint, Owner owner) throws SQLException {
        this.connection = connection;
        this.pid = connection.unwrap(PGConnection.class).getBackendPID();
        this.endpoint = endpoint;
        this.place = endpoint.place();
        this.owner = owner;
    }

    /** Sets the limit within which the server must say something; zero is none. */
    public void waitAtMost(Duration silenceMax) {
        guarded(() -> {
            connection.setNetworkTimeout(Runnable::run, (int) silenceMax.toMillis());
            return true;
        });
    }

    /** From now on its connection is ended when it is closed: others know it by its process, or copy on it. */
    public void keepAlone() {
        alone = true;
    }

    /** Its connection for somebody else; whoever still holds this one has nothing in hand. Empty when it was ended. */
    synchronized Optional<Session> passOn() throws SQLException {
        if (aborted) {
            return Optional.empty();
        }
        passedOn = true;
        return Optional.of(new Session(connection, endpoint, owner));
    }

    private synchronized boolean isPassedOn() {
        return passedOn;
    }

    /** Whether it leads where an endpoint says, as its role and with its password. */
    boolean leadsTo(Endpoint to) {
        return endpoint.equals(to);
    }

    /** Whether nothing has failed on it, nothing is left open, and nobody knows it by its process. */
    boolean isClean() {
        try {
            return !failed && !alone && connection.getAutoCommit();
        } catch (SQLException e) {
            return false;
        }
    }

    /** Whether its connection is known to be gone. */
    public boolean hasEnded() {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    /** Whether the server answers on it. */
    boolean answers() {
        try {
            return connection.isValid(SECONDS_TO_ANSWER);
        } catch (SQLException e) {
            return false;
        }
    }

    /** Runs a statement and returns the number of rows that it touched. */
    public long execute(String sql, @Nullable Object... parameters) {
        return guarded(() -> {
            if (parameters.length == 0) {
                try (var statement = connection.createStatement()) {
                    // Schema statements may hold what looks like JDBC's own escapes, such as {d}.
                    statement.setEscapeProcessing(false);
                    statement.execute(sql);
                    return Math.max(0, statement.getLargeUpdateCount());
                }
            }
            try (var statement = prepare(sql, parameters)) {
                statement.execute();
                return Math.max(0, statement.getLargeUpdateCount());
            }
        });
    }

    /** Runs a query and reads all its rows: for results that are small by nature. */
    public <T> List<T> query(String sql, Row<T> row, @Nullable Object... parameters) {
        return guarded(() -> {
            try (var statement = prepare(sql, parameters);
                    var result = statement.executeQuery()) {
                var all = new ArrayList<T>();
                while (result.next()) {
                    all.add(row.read(result));
                }
                return all;
            }
        });
    }

    /** The first row of a query whose question marks are its own, such as operators in people's SQL. */
    public <T> Optional<T> firstAsIs(String sql, Row<T> row) {
        return guarded(() -> {
            try (var statement = connection.createStatement()) {
                statement.setEscapeProcessing(false);
                try (var result = statement.executeQuery(sql)) {
                    return result.next() ? Optional.of(row.read(result)) : Optional.empty();
                }
            }
        });
    }

    /** The first row of a query, if it has one. */
    public <T> Optional<T> first(String sql, Row<T> row, @Nullable Object... parameters) {
        return query(sql, row, parameters).stream().findFirst();
    }

    public long number(String sql, @Nullable Object... parameters) {
        return first(sql, row -> row.getLong(1), parameters).orElse(0L);
    }

    public String text(String sql, @Nullable Object... parameters) {
        return first(sql, row -> Optional.ofNullable(row.getString(1)), parameters)
                .flatMap(value -> value)
                .orElse("");
    }

    public boolean is(String sql, @Nullable Object... parameters) {
        return first(sql, row -> row.getBoolean(1), parameters).orElse(false);
    }

    /** Runs work in one transaction: it commits when the work returns, and rolls back when it throws. */
    public <T> T transaction(Work<T> work) {
        begin();
        try {
            var result = guarded(() -> work.run(this));
            commit();
            return result;
        } catch (RuntimeException e) {
            undo(e);
            throw e;
        }
    }

    private void undo(RuntimeException cause) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    public void begin() {
        guarded(() -> {
            connection.setAutoCommit(false);
            return true;
        });
    }

    public void commit() {
        guarded(() -> {
            connection.commit();
            connection.setAutoCommit(true);
            return true;
        });
    }

    public void rollback() {
        guarded(() -> {
            connection.rollback();
            connection.setAutoCommit(true);
            return true;
        });
    }

    /** The number of the server's process, also when the session has ended. */
    public int pid() {
        return pid;
    }

    public CopyManager copy() {
        keepAlone();
        return guarded(() -> connection.unwrap(PGConnection.class).getCopyAPI());
    }

    /** The driver's connection, for work that this type has no words for. */
    public Connection connection() {
        return connection;
    }

    /** The failure as a Problem that names this server. */
    public GodwitException failed(SQLException cause) {
        return Failures.whileRunning(place, cause);
    }

    /** Whether what failed may work another time, as where a connection broke. */
    public static Retry retryOf(SQLException cause) {
        return Failures.retryOf(Failures.stateOf(cause));
    }

    /** Whether a failure only says that somebody else holds a lock. */
    public static boolean isLock(GodwitException failure) {
        return failure.problem().code().equals(Failures.LOCK_NOT_AVAILABLE);
    }

    /** Ends the connection at once, from another thread too; work in progress fails. */
    public void abort() {
        synchronized (this) {
            if (passedOn) {
                return;
            }
            aborted = true;
        }
        owner.ended(this);
        guarded(() -> {
            connection.abort(Runnable::run);
            return true;
        });
    }

    @Override
    public void close() {
        if (isPassedOn() || owner.keeps(this)) {
            return;
        }
        owner.ended(this);
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private PreparedStatement prepare(String sql, @Nullable Object... parameters) throws SQLException {
        var statement = connection.prepareStatement(sql);
        for (var i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    private interface Guarded<T> {
        T run() throws SQLException;
    }

    private <T> T guarded(Guarded<T> work) {
        try {
            if (isPassedOn()) {
                throw new SQLException("The session was closed.", "08003");
            }
            return work.run();
        } catch (SQLException e) {
            failed = true;
            throw failed(e);
        }
    }
}
