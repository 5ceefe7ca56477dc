package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.GodwitException;
import godwit.postgres.Beside;
import godwit.postgres.Pair;
import godwit.postgres.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/** Clients of the case database, which follow the writes and remember what was acknowledged to them. */
final class CaseClients implements AutoCloseable {
    private static final int CLIENTS = 3;
    private static final long PAUSE_NANOS = 4_000_000;
    private static final Set<String> TRIED_AGAIN = Set.of("40001", "40P01", "23505");

    private final Pair pair;
    private final List<CompletableFuture<Void>> clients = new ArrayList<>();
    private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(CLIENTS);
    private final AtomicInteger atWork = new AtomicInteger();
    private volatile boolean resting;
    private volatile boolean stopped;

    private CaseClients(Pair pair) {
        this.pair = pair;
    }

    static CaseClients begin(Pair pair) {
        var all = new CaseClients(pair);
        for (var client = 0; client < CLIENTS; client++) {
            var number = client;
            all.clients.add(Beside.run(() -> all.work(number)));
        }
        return all;
    }

    private void work(int client) {
        var random = new Random(client);
        try (var source = Pair.application(pair.source());
                var target = Pair.application(pair.target())) {
            for (var here = source; !stopped; ) {
                if (resting) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                } else if (!tries(here, client, random)) {
                    here = here == source ? target : source;
                }
            }
        }
    }

    /** One transaction; false when the writes are on the other side. */
    private boolean tries(Session session, int client, Random random) {
        atWork.incrementAndGet();
        try {
            var next = acknowledged.get(client) + 1;
            session.begin();
            session.execute("INSERT INTO oplog VALUES (%d, %d, 'x')".formatted(client, next));
            session.execute(change(random));
            session.commit();
            acknowledged.set(client, next);
            LockSupport.parkNanos(PAUSE_NANOS);
            return true;
        } catch (GodwitException e) {
            session.rollback();
            var state = e.getCause() instanceof SQLException sql ? sql.getSQLState() : "";
            if (!"25006".equals(state) && !TRIED_AGAIN.contains(state)) {
                throw e;
            }
            return !"25006".equals(state);
        } finally {
            atWork.decrementAndGet();
        }
    }

    private static String change(Random random) {
        var a = random.nextInt(2000) + 1;
        var b = random.nextInt(2000) + 1;
        return switch (random.nextInt(11)) {
            case 0 ->
                "UPDATE persons SET badge = NULL WHERE id IN (%1$d, %2$d) OR badge IN (%1$d, %2$d);".formatted(a, b)
                        + " UPDATE persons SET badge = %1$d WHERE id = %2$d".formatted(a, b);
            case 1 -> "UPDATE persons SET weight = weight + 0.10, facts = facts || '{\"x\": 1.0}' WHERE id = " + a;
            case 2 ->
                "UPDATE persons SET essay = repeat(md5('%d'), 100), home = ('x', NULL) WHERE id = %d".formatted(b, a);
            case 3 ->
                "DELETE FROM tags WHERE id = -1; UPDATE tags SET id = -1 WHERE id = %1$d; UPDATE tags SET id = %1$d"
                                .formatted(a % 200)
                        + " WHERE id = %d; UPDATE tags SET id = %d WHERE id = -1".formatted(b % 200, b % 200);
            case 4 -> "INSERT INTO links VALUES (%d, 1, 'knows'), (%d, 1, 'knows')".formatted(a % 9, a % 9);
            case 5 -> "DELETE FROM links WHERE ctid = (SELECT min(ctid) FROM links)";
            case 6 -> "UPDATE events SET day = date '2026-01-01' + %d WHERE id = %d".formatted(b % 360, a);
            case 7 ->
                a % 40 > 0
                        ? ""
                        : "TRUNCATE board; INSERT INTO board SELECT i, '%d' FROM generate_series(1, 5) i".formatted(a);
            case 8 ->
                "INSERT INTO \"Case Files\".\"Case\" (\"Select\", person) SELECT 'c', id FROM persons WHERE id = " + a;
            case 9 -> "DELETE FROM persons WHERE id = %d AND id %% 3 = 0".formatted(a);
            default ->
                "INSERT INTO numbers (who) VALUES (%1$d); INSERT INTO agencies (name) VALUES ('A' || %1$d)"
                        .formatted(a);
        };
    }

    /** Waits until nobody is in a transaction; nobody begins another before {@link #goOn}. */
    void rest() {
        resting = true;
        await().atMost(Duration.ofSeconds(30)).until(() -> atWork.get() == 0);
        requireHealthy();
    }

    void goOn() {
        resting = false;
    }

    /** Waits until so many more transactions were acknowledged. */
    void awaitMore(int transactions) {
        var wanted = total() + transactions;
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            requireHealthy();
            return total() >= wanted;
        });
    }

    private int total() {
        var sum = 0;
        for (var client = 0; client < CLIENTS; client++) {
            sum += acknowledged.get(client);
        }
        return sum;
    }

    private void requireHealthy() {
        clients.stream().filter(CompletableFuture::isCompletedExceptionally).forEach(CompletableFuture::join);
    }

    /** With everybody at rest both sides become equal, and hold just what was acknowledged. */
    void assertInStep(Session holding) {
        rest();
        await().atMost(Duration.ofSeconds(30)).untilAsserted(pair::assertSame);
        for (var client = 0; client < CLIENTS; client++) {
            assertThat(holding.text(
                            "SELECT count(*) || ' ' || max(n) || ' ' || count(DISTINCT n) FROM oplog WHERE client = "
                                    + client))
                    .isEqualTo("%1$d %1$d %1$d".formatted(acknowledged.get(client)));
        }
        goOn();
    }

    @Override
    public void close() {
        stopped = true;
        clients.forEach(client -> client.exceptionally(e -> null).join());
    }
}
