package godwit.demo;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Concurrent clients that read and write a database until they are closed, and remember what was acknowledged to them.
 *
 * @param <A> what they do
 */
public final class Workload<A extends Application> implements AutoCloseable {
    private static final long END_SECONDS_MAX = 90;

    private final A application;
    private final IntFunction<String> side;
    private final Load load;
    private final Turnstile turnstile = new Turnstile();
    private final Counters total = new Counters();
    private final List<Client> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile Counters lap = new Counters();

    private Workload(A application, IntFunction<String> side, Load load) {
        this.application = application;
        this.side = side;
        this.load = load;
    }

    /**
     * Starts the clients.
     *
     * @param side the JDBC address of the side that takes writes, asked before every transaction
     */
    public static Workload<CaseDatabase> start(CaseDatabase database, Supplier<String> side, Load load)
            throws SQLException {
        return start(database, any -> side.get(), load, 1 + clientsBefore(side.get()));
    }

    /**
     * Starts the clients.
     *
     * @param address the JDBC address that a client uses, by its number from 1 on, asked before every transaction
     */
    public static Workload<PeopleDatabase> start(PeopleDatabase database, IntFunction<String> address, Load load) {
        return start(database, address, load, 1);
    }

    private static <A extends Application> Workload<A> start(
            A application, IntFunction<String> side, Load load, int first) {
        var workload = new Workload<>(application, side, load);
        for (int i = 0; i < load.clients(); i++) {
            var client = new Client(workload, first + i, load.seed() + i);
            workload.clients.add(client);
            workload.threads.add(
                    Thread.ofPlatform().daemon().name("demo-client-" + i).unstarted(client));
        }
        workload.threads.forEach(Thread::start);
        return workload;
    }

    /** Returns when no transaction is open; none begins until {@link #resume}. */
    public void pause() {
        turnstile.pause();
    }

    public void resume() {
        turnstile.resume();
    }

    /** What the clients met since the start. */
    public WorkloadReport report() {
        return total.report(load.clients());
    }

    /** What the clients met since the last lap, or since the start. */
    public WorkloadReport lap() {
        var ended = lap;
        lap = new Counters();
        return ended.report(load.clients());
    }

    /** The first failures, each as an SQLSTATE and the operation that met it. */
    public List<String> failures() {
        return total.failures();
    }

    /** Ends the clients after their current transactions. */
    @Override
    public void close() {
        turnstile.end();
        var limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS_MAX);
        try {
            for (var thread : threads) {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(limit - System.nanoTime())));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    A application() {
        return application;
    }

    Load load() {
        return load;
    }

    Turnstile turnstile() {
        return turnstile;
    }

    List<Client> clients() {
        return List.copyOf(clients);
    }

    Route route(int client) {
        return new Route(() -> side.apply(client), "demo client " + client);
    }

    void count(Consumer<Counters> what) {
        what.accept(total);
        what.accept(lap);
    }

    private static int clientsBefore(String url) throws SQLException {
        try (var connection = DriverManager.getConnection(url)) {
            return (int) Sql.number(connection, "SELECT coalesce(max(client), 0) FROM operations");
        }
    }
}
