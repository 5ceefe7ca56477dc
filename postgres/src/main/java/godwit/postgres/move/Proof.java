package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.apply.StreamApplier;
import godwit.postgres.verify.Comparer;
import godwit.postgres.verify.Repairer;
import godwit.postgres.verify.SnapshotSessions;
import godwit.postgres.verify.VerifyLimits;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import godwit.schema.Table;
import godwit.verify.Verification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads both sides at one position and compares them, while both are live.
 *
 * <p>A temporary slot of the leading side exports a snapshot that holds just the transactions that committed before the
 * slot's consistent point. The stream stands still before the slot is made, since it could otherwise be past that point
 * already; then it is taken there and held until the other side's snapshot exists.
 */
final class Proof {
    private static final int ROUNDS_MAX = 20;
    private static final Duration SLOT_LIMIT = Duration.ofSeconds(30);
    private static final Duration HOLD_LIMIT = Duration.ofMinutes(2);

    private static final Logger LOG = LoggerFactory.getLogger(Proof.class);

    private final MoveContext context;
    private final Streams streams;
    private final List<Table> tables;
    private final List<Session> lockedReaders = new ArrayList<>();
    private volatile @Nullable Comparer comparer;
    private volatile boolean cancelled;

    Proof(MoveContext context, Streams streams, List<Table> tables) {
        this.context = context;
        this.streams = streams;
        this.tables = List.copyOf(tables);
    }

    /** Whether the tables compared are kept from being truncated until they are read. */
    private enum Locking {
        NONE,
        BRIEF
    }

    /** Compares all tables; those that the application truncates meanwhile are compared again, at a later position. */
    Verification verify(UUID id, String phase, Side leader) {
        var result = compare(new Pass(id, phase, leader, tables, Locking.NONE));
        for (var round = 1; round < ROUNDS_MAX && !result.rewritten().isEmpty(); round++) {
            var again = result.rewritten();
            var left = tables.stream()
                    .filter(t -> again.contains(t.name().plain()))
                    .toList();
            result = result.completedBy(compare(new Pass(id, phase, leader, left, Locking.BRIEF)));
        }
        return result;
    }

    private record Pass(UUID id, String phase, Side leader, List<Table> tables, Locking locking) {
        /** One session a side where it holds a lock: a second one would wait behind whoever waits for the first. */
        VerifyLimits limits() {
            var usual = VerifyLimits.USUAL;
            return locking == Locking.NONE
                    ? usual
                    : new VerifyLimits(1, usual.rowsReportedMax(), usual.keysInMemoryMax());
        }

        String lockSql() {
            return "LOCK TABLE "
                    + tables.stream().map(t -> "ONLY " + t.name().sql()).collect(Collectors.joining(", "))
                    + " IN ACCESS SHARE MODE";
        }
    }

    private Verification compare(Pass pass) {
        var leader = pass.leader();
        var began = System.nanoTime();
        var control = streams.from(leader).control();
        control.holdAt(Lsn.ZERO);
        try (var here = Exported.bySlot(context, leader);
                var there = context.open(leader.other(), "exporter")) {
            try {
                var lead = sessions(leader, here.snapshot(), pass);
                holdAt(leader, here.position());
                LOG.info(
                        "{} tables are compared at {}, reached in {} ms",
                        pass.tables().size(),
                        here.position(),
                        (System.nanoTime() - began) / 1_000_000);
                var follow = sessions(leader.other(), export(there), pass);
                if (pass.locking() == Locking.NONE) {
                    streams.from(leader).touched().forget();
                    control.release();
                }
                return comparer(lead, follow, pass)
                        .compare(pass.id(), pass.phase(), here.position().toString(), pass.tables());
            } finally {
                lockedReaders.forEach(Session::close);
                lockedReaders.clear();
            }
        } finally {
            control.release();
        }
    }

    private Comparer comparer(SnapshotSessions lead, SnapshotSessions follow, Pass pass) {
        var begun = new Comparer(lead, follow, pass.limits(), context.rows().compared(pass.leader()));
        comparer = begun;
        if (cancelled) {
            begun.cancel();
        }
        return begun;
    }

    /** Ends a verification that another thread makes, at its next piece. */
    void cancel() {
        cancelled = true;
        if (comparer instanceof Comparer running) {
            running.cancel();
        }
    }

    /** Compares, and writes what differs to the side that does not have the writes, while its stream is held. */
    long repair(UUID id, Side leader) {
        var control = streams.from(leader).control();
        control.holdAt(Lsn.ZERO);
        try (var here = Exported.bySlot(context, leader);
                var there = context.open(leader.other(), "exporter");
                var writing = context.openApplying(leader.other(), "repair")) {
            holdAt(leader, here.position());
            var snapshot = export(there);
            var pass = new Pass(id, "repair", leader, tables, Locking.NONE);
            var lead = sessions(leader, here.snapshot(), pass);
            var found = comparer(lead, sessions(leader.other(), snapshot, pass), pass)
                    .compare(id, "repair", here.position().toString(), tables);
            return write(writing, lead, leader, found);
        } finally {
            control.release();
        }
    }

    private long write(Session writing, SnapshotSessions lead, Side leader, Verification found) {
        return writing.transaction(s -> {
            s.text("SELECT pg_logical_emit_message(true, 'godwit.apply', ?)::text", context.run() + " repair");
            return new Repairer(
                            lead,
                            s.connection(),
                            VerifyLimits.USUAL,
                            context.rows().compared(leader))
                    .repair(tables, found);
        });
    }

    private void holdAt(Side leader, Lsn position) {
        var control = streams.from(leader).control();
        control.holdAt(position);
        try (var session = context.open(leader, "verify")) {
            session.text("SELECT pg_logical_emit_message(true, ?, ?)::text", StreamApplier.MARKER, "verify");
        }
        control.awaitHeld(HOLD_LIMIT);
    }

    private static String export(Session session) {
        session.begin();
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        return session.text("SELECT pg_export_snapshot()");
    }

    /**
     * Sessions that see a snapshot. With a brief lock the leader's one is opened and locks at once, because each moment
     * between the snapshot and the lock is one in which the tables may be truncated.
     */
    private SnapshotSessions sessions(Side side, String snapshot, Pass pass) {
        if (pass.locking() == Locking.NONE || side != pass.leader()) {
            return () -> reader(side, snapshot).connection();
        }
        var locked = reader(side, snapshot);
        lockedReaders.add(locked);
        locked.execute("SET LOCAL lock_timeout = '2s'");
        locked.execute("SET LOCAL idle_in_transaction_session_timeout = '30s'");
        locked.execute(pass.lockSql());
        return locked::connection;
    }

    private Session reader(Side side, String snapshot) {
        var session = context.open(side, "verify");
        session.begin();
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        session.execute("SET TRANSACTION SNAPSHOT " + new Literal(snapshot).sql());
        return session;
    }

    /** A snapshot of the leading side and the position that it stands for. */
    private record Exported(Session session, Lsn position, String snapshot) implements AutoCloseable {
        static Exported bySlot(MoveContext context, Side side) {
            var session = context.database(side).openReplication("verify");
            var name = new Identifier("godwit_" + context.shortId() + "_" + System.nanoTime() % 1_000_000_000L);
            var created = CompletableFuture.supplyAsync(() -> session.query(
                    "CREATE_REPLICATION_SLOT " + name.sql() + " TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT",
                    row -> new Exported(session, Lsn.parse(row.getString(2)), row.getString(3))));
            try {
                return created.get(SLOT_LIMIT.toSeconds(), TimeUnit.SECONDS).getFirst();
            } catch (TimeoutException e) {
                session.abort();
                throw tooLate(e);
            } catch (ExecutionException e) {
                session.close();
                throw e.getCause() instanceof RuntimeException known ? known : tooLate(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw tooLate(e);
            }
        }

        private static GodwitException tooLate(Exception cause) {
            var problem = Problem.of(
                    "no-position",
                    "No position to compare at was found within %d s, because old transactions are open."
                            .formatted(SLOT_LIMIT.toSeconds()),
                    "Wait for the oldest transactions in pg_stat_activity to end, then verify again.");
            return new GodwitException(problem, Retry.NEVER, cause);
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
