package godwit.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One client: does one operation after another, and writes down in the same transaction that it did.
 *
 * <p>A fence (40001), a deadlock (40P01) and a side without the writes (25006) are met again until they are over; all
 * else is a failure.
 */
final class Client implements Runnable {
    private static final Set<String> RETRIED = Set.of("40001", "40P01", "25006");
    private static final long RETRY_SECONDS_MAX = 60;
    private static final long RETRY_REST_MILLIS = 5;

    private final Workload<?> workload;
    private final int client;
    private final Route route;
    private final Random random;
    private final Acknowledged acknowledged = new Acknowledged();
    private int number;

    Client(Workload<?> workload, int client, long seed) {
        this.workload = workload;
        this.client = client;
        this.route = workload.route(client);
        this.random = new Random(seed);
    }

    int client() {
        return client;
    }

    Acknowledged acknowledged() {
        return acknowledged;
    }

    @Override
    public void run() {
        try (route) {
            while (workload.turnstile().enter(workload.load().restMillis())) {
                try {
                    number++;
                    carryOut(workload.application().next(random, client));
                } finally {
                    workload.turnstile().leave();
                }
            }
        }
    }

    private void carryOut(Operation operation) {
        var began = System.nanoTime();
        var givesUp = began + TimeUnit.SECONDS.toNanos(RETRY_SECONDS_MAX);
        while (true) {
            var attempt = attempt(operation);
            if (attempt.isEmpty()) {
                workload.count(counters -> counters.committed(System.nanoTime() - began));
                return;
            }
            if (!RETRIED.contains(attempt) || System.nanoTime() > givesUp) {
                workload.count(counters -> counters.failed(attempt + " in " + operation.kind()));
                return;
            }
            workload.count(Counters::retried);
            workload.turnstile().rest(RETRY_REST_MILLIS);
        }
    }

    /** Tries once, and returns the SQLSTATE that it met; empty when it is committed. */
    private String attempt(Operation operation) {
        var committing = false;
        try {
            var connection = route.connection();
            perform(connection, operation);
            committing = true;
            connection.commit();
            if (operation.writes()) {
                acknowledged.committed(number, operation);
                workload.application().acknowledged(client, operation);
            }
            return "";
        } catch (SQLException met) {
            var state = met.getSQLState() == null ? "unknown" : met.getSQLState();
            if (committing && operation.writes() && !RETRIED.contains(state)) {
                acknowledged.unsure(number, operation);
                workload.application().unsure(client, operation);
            }
            route.rollBack();
            return state;
        }
    }

    private void perform(Connection connection, Operation operation) throws SQLException {
        operation.perform(connection);
        if (operation.writes()) {
            workload.application().note(connection, client, number, operation);
        }
    }
}
