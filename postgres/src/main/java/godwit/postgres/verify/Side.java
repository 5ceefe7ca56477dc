package godwit.postgres.verify;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/** One side of a comparison: a few sessions that see one snapshot, and the threads that read through them. */
final class Side implements AutoCloseable {
    private final String name;
    private final SnapshotSessions sessions;
    private final ExecutorService workers;
    private final Queue<ReadSession> idle = new ConcurrentLinkedQueue<>();
    private final Set<ReadSession> all = ConcurrentHashMap.newKeySet();
    private final Set<ReadSession> busy = ConcurrentHashMap.newKeySet();
    private volatile boolean cancelled;

    private Side(String name, SnapshotSessions sessions, int workers) {
        this.name = name;
        this.sessions = sessions;
        ThreadFactory threads = Thread.ofPlatform()
                .daemon()
                .name("godwit-verify-" + name + "-", 1)
                .factory();
        this.workers = Executors.newFixedThreadPool(workers, threads);
    }

    /** A side with sessions of its own, opened when they are first needed. */
    static Side of(String name, SnapshotSessions sessions, int workers) {
        return new Side(name, sessions, workers);
    }

    /** A side that reads in the caller's transaction; the caller uses the session only while nothing is being read. */
    static Side lent(String name, Connection session) throws SQLException {
        var side = new Side(name, Side::noOther, 1);
        side.idle.add(ReadSession.lent(session));
        side.all.addAll(side.idle);
        return side;
    }

    /** Begins to read as soon as a worker is free. */
    <T> Future<T> begin(ReadSession.Read<T> read) {
        return workers.submit(() -> readNow(read));
    }

    /** Reads one thing and waits for it. */
    <T> T read(ReadSession.Read<T> read) {
        return result(begin(read));
    }

    /** Waits for what was begun. */
    static <T> List<T> results(List<Future<T>> begun) {
        var results = new ArrayList<T>();
        begun.forEach(future -> results.add(result(future)));
        return results;
    }

    /** Ends all reading, now and later; whoever waits for it gets the Problem {@code verification-cancelled}. */
    void cancel() {
        cancelled = true;
        busy.forEach(this::cancelQuietly);
    }

    @Override
    public void close() {
        cancel();
        workers.shutdownNow();
        workers.close();
        all.forEach(this::closeQuietly);
    }

    private <T> T readNow(ReadSession.Read<T> read) {
        try {
            return readWith(taken(), read);
        } catch (SQLException failed) {
            throw cancelled ? cancellation() : failure(failed);
        }
    }

    private <T> T readWith(ReadSession session, ReadSession.Read<T> read) throws SQLException {
        busy.add(session);
        try {
            // Asked after the session can be seen by cancel, so that no statement slips through.
            if (cancelled) {
                throw cancellation();
            }
            return session.read(read, () -> cancelled);
        } finally {
            busy.remove(session);
            idle.add(session);
        }
    }

    private static Connection noOther() throws SQLException {
        throw new SQLException("the session that was lent has failed", "08003");
    }

    private ReadSession taken() throws SQLException {
        var waiting = idle.poll();
        if (waiting != null) {
            return waiting;
        }
        var opened = ReadSession.owning(sessions.open());
        all.add(opened);
        return opened;
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw cancellation();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof GodwitException told) {
                throw told;
            }
            throw new IllegalStateException(failed.getCause());
        }
    }

    private static GodwitException cancellation() {
        return Problem.of("verification-cancelled", "the verification was stopped before its end", "Start it again.")
                .asException();
    }

    private GodwitException failure(SQLException failed) {
        var message = "reading the %s for verification failed with SQLSTATE %s".formatted(name, failed.getSQLState());
        var problem = Problem.of("verification-read-failed", message, "See the log for the server's words; try again.");
        return new GodwitException(problem, Retry.LATER, failed);
    }

    private void cancelQuietly(ReadSession session) {
        try {
            session.cancel();
        } catch (SQLException gone) {
            // A session that cannot be cancelled has ended already, or its statement fails with the connection.
            idle.remove(session);
        }
    }

    private void closeQuietly(ReadSession session) {
        try {
            session.close();
        } catch (SQLException gone) {
            // Its transaction only read: the server ends it with the connection.
            idle.remove(session);
        }
    }
}
