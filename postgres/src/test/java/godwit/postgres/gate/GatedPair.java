package godwit.postgres.gate;

import static org.awaitility.Awaitility.await;

import godwit.move.Side;
import godwit.postgres.Beside;
import godwit.postgres.Exemption;
import godwit.postgres.Pair;
import godwit.postgres.Session;
import godwit.schema.TableName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** A source with some tables behind a gate, and sessions of an application that write to them. */
final class GatedPair implements AutoCloseable {
    static final String EXEMPT = "run";

    private final Pair pair;
    private final Gate gate = new Gate(UUID.randomUUID(), Side.SOURCE);
    private final List<Session> open = new ArrayList<>();

    GatedPair(Pair pair, int waitSeconds) {
        this.pair = pair;
        pair.source("""
                CREATE TABLE t (id int PRIMARY KEY, v int); CREATE TABLE other (id int PRIMARY KEY);
                CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
                CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); INSERT INTO t SELECT i, 0 FROM generate_series(1, 5) i""");
        gate.create(pair.atSource(), EXEMPT, waitSeconds);
        for (var table : List.of("t", "other", "p", "p1")) {
            gate.guard(pair.atSource(), TableName.of("public", table));
        }
    }

    Gate gate() {
        return gate;
    }

    Pair pair() {
        return pair;
    }

    /** A session of an application, which ends with the test. */
    Session application() {
        var session = Pair.application(pair.source());
        open.add(session);
        return session;
    }

    /** A session of the run itself. */
    Session exempt() {
        var session = pair.source().openApplying("apply", new Exemption(EXEMPT));
        open.add(session);
        return session;
    }

    Fence fence() {
        var session = pair.source().open("fence");
        open.add(session);
        return new Fence(session, gate);
    }

    /** Begins a statement in another thread. */
    static CompletableFuture<Long> begin(Session session, String sql) {
        return Beside.supply(() -> session.execute(sql));
    }

    /** Waits until a session waits for the gate's lock. */
    void awaitWaiting(Session session) {
        var pid = session.pid();
        await().atMost(Duration.ofSeconds(10))
                .until(() ->
                        pair.atSource().is("SELECT count(*) > 0 FROM pg_locks WHERE pid = ? AND NOT granted", pid));
    }

    @Override
    public void close() {
        open.forEach(Session::abort);
    }
}
