package godwit.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Clients that write at a steady rate to the side that a file names, and measure the time from when a transaction was
 * due until it is committed, retries included.
 */
final class Writers implements AutoCloseable {
    /** What the fence and the sealed side answer: the client tries again, on the side that the file names then. */
    private static final Set<String> RETRIED = Set.of("40001", "25006");

    private static final long STEADY_TRANSACTIONS = 1500;

    private final Servers servers;
    private final String database;
    private final Path route;
    private final long periodNanos;
    private final AtomicLong committed = new AtomicLong();
    private final AtomicLong longest = new AtomicLong();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    private Writers(Servers servers, String database, Path route, long periodNanos) {
        this.servers = servers;
        this.database = database;
        this.route = route;
        this.periodNanos = periodNanos;
    }

    static Writers start(Servers servers, String database, Path route, int clients, int transactionsPerSecond) {
        var writers = new Writers(servers, database, route, 1_000_000_000L * clients / transactionsPerSecond);
        for (var i = 0; i < clients; i++) {
            var client = i;
            writers.threads.add(Thread.ofPlatform().daemon().start(() -> writers.work(client)));
        }
        return writers;
    }

    private void work(int client) {
        @Nullable Connection connection = null;
        var connectedTo = "";
        var due = System.nanoTime();
        try {
            while (!stopped) {
                due = Math.max(due + periodNanos, System.nanoTime() - periodNanos);
                LockSupport.parkNanos(due - System.nanoTime());
                for (var done = false; !done && !stopped; ) {
                    var side = Files.readString(route).strip();
                    if (connection == null || !side.equals(connectedTo)) {
                        close(connection);
                        connection = connect(side);
                        connectedTo = side;
                    }
                    done = transaction(connection, client);
                }
                committed.incrementAndGet();
                var waited = System.nanoTime() - due;
                longest.accumulateAndGet(waited, Math::max);
            }
        } catch (SQLException | IOException e) {
            failure.set(new IllegalStateException(e));
        } finally {
            close(connection);
        }
    }

    private Connection connect(String side) throws SQLException {
        var connection = Servers.connect(side.equals("source") ? servers.source() : servers.target(), database);
        connection.setAutoCommit(false);
        return connection;
    }

    private static void close(@Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One transfer; false when it is to be tried again. */
    private static boolean transaction(Connection connection, int client) throws SQLException {
        try (var statement = connection.createStatement()) {
            var row = 1 + Math.floorMod(System.nanoTime(), 100_000);
            statement.execute("UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = " + row);
            statement.execute("INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (" + client + ", 1, "
                    + row + ", 1, now())");
            connection.commit();
            return true;
        } catch (SQLException e) {
            connection.rollback();
            if (RETRIED.contains(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    /** Returns when the clients have written for some seconds, and forgets how long they waited until then. */
    void awaitSteady() {
        var from = committed.get();
        while (committed.get() < from + STEADY_TRANSACTIONS) {
            requireUnfailed();
            LockSupport.parkNanos(10_000_000);
        }
        longest.set(0);
    }

    /** The longest time that a transaction was late since the clients were steady. */
    double longestGapSeconds() {
        return longest.get() / 1e9;
    }

    void requireUnfailed() {
        if (failure.get() instanceof RuntimeException failed) {
            throw failed;
        }
    }

    @Override
    public void close() {
        stopped = true;
        for (var thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        requireUnfailed();
    }
}
