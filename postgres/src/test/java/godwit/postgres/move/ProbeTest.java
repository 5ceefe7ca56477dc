package godwit.postgres.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import godwit.move.Side;
import godwit.postgres.Pair;
import godwit.postgres.Servers;
import godwit.postgres.Specs;
import godwit.run.RealPace;
import godwit.run.throttle.Reading;
import godwit.run.throttle.Signal;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.PGReplicationStream;

/** What the throttle goes by is what the servers do. */
@ExtendWith(Servers.class)
class ProbeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Pair pair;
    private final MoveContext context;
    private final Probe probe;

    ProbeTest(Pair pair) {
        this.pair = pair.source("CREATE TABLE t (id int PRIMARY KEY)");
        this.context = new MoveContext(UUID.randomUUID(), Specs.spec(pair.name(), 1), pair.source(), pair.target());
        this.probe = new Probe(context, Side.SOURCE, new RealPace());
    }

    @AfterEach
    void close() {
        probe.close();
    }

    private double value(Signal signal) {
        return probe.look().stream()
                .filter(reading -> reading.signal() == signal)
                .mapToDouble(Reading::value)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anAnswerTakesSomeTime() {
        assertThat(value(Signal.LATENCY)).isPositive();
    }

    @Test
    void aSessionThatWaitsForALockIsActiveAndItsTransactionGetsOlder() {
        var before = value(Signal.ACTIVE_SESSIONS);
        try (var holder = Pair.application(pair.source());
                var waiter = Pair.application(pair.source())) {
            holder.number("SELECT 1 FROM pg_advisory_lock(4711)");
            var waiting = CompletableFuture.supplyAsync(() -> waiter.number("SELECT 1 FROM pg_advisory_lock(4711)"));

            await().atMost(PATIENCE).until(() -> value(Signal.ACTIVE_SESSIONS) > before);
            await().atMost(PATIENCE).until(() -> value(Signal.TRANSACTION_AGE) > 0.2);

            holder.number("SELECT 1 FROM pg_advisory_unlock(4711)");
            assertThat(waiting.join()).isOne();
        }
    }

    @Test
    void theLogThatTheRunsSlotKeepsIsCounted() {
        assertThat(value(Signal.SLOT_BYTES)).isZero();
        var slot = context.streamName(Side.SOURCE);
        pair.atSource().text("SELECT lsn::text FROM pg_create_logical_replication_slot(?, 'pgoutput')", slot);
        try {
            pair.source("INSERT INTO t SELECT generate_series(1, 10000)");

            assertThat(value(Signal.SLOT_BYTES)).isGreaterThan(100_000);
        } finally {
            pair.atSource().text("SELECT pg_drop_replication_slot(?)::text", slot);
        }
    }

    @Test
    void aReplicaThatIsBehindIsSeen() throws SQLException {
        var slot = "replica_" + pair.name();
        pair.source("CREATE PUBLICATION p FOR TABLE t");
        pair.atSource().text("SELECT lsn::text FROM pg_create_logical_replication_slot(?, 'pgoutput')", slot);
        var properties = new Properties();
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
        PGProperty.APPLICATION_NAME.set(properties, "replica");
        try (var connection = DriverManager.getConnection(pair.sourceServer().jdbcUrl(pair.name()), properties);
                var stream = opened(connection.unwrap(PGConnection.class), slot)) {
            await().atMost(PATIENCE).until(() -> {
                pair.source("INSERT INTO t SELECT coalesce(max(id), 0) + 1 FROM t");
                readAll(stream);
                return value(Signal.REPLICA_LAG) > 0;
            });
        } finally {
            await().atMost(PATIENCE)
                    .until(() ->
                            !pair.atSource().is("SELECT active FROM pg_replication_slots WHERE slot_name = ?", slot));
            pair.atSource().text("SELECT pg_drop_replication_slot(?)::text", slot);
        }
    }

    private static PGReplicationStream opened(PGConnection connection, String slot) throws SQLException {
        return connection
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName(slot)
                .withSlotOption("proto_version", 1)
                .withSlotOption("publication_names", "p")
                .start();
    }

    private static void readAll(PGReplicationStream stream) throws SQLException {
        while (stream.readPending() != null) {
            stream.setAppliedLSN(stream.getLastReceiveLSN());
            stream.setFlushedLSN(stream.getLastReceiveLSN());
        }
        stream.forceUpdateStatus();
    }
}
