package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.move.Snapshot;
import godwit.postgres.Session;
import godwit.postgres.apply.StreamControl;
import godwit.schema.Identifier;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.postgresql.PGConnection;

/**
 * A snapshot of the leading side that other sessions can import as long as this one lives, and what the stream has to
 * have applied for the following side to be alike.
 *
 * @param position in the leader's log; what the snapshot sees was committed before it
 * @param snapshot by this name it is imported
 * @param seen empty when the snapshot sees just what was committed before the position, as a slot's does; else which
 *     transactions it sees
 */
record Exported(Session session, Lsn position, String snapshot, Optional<Snapshot> seen) implements AutoCloseable {
    private static final Duration CANCEL_LIMIT = Duration.ofSeconds(5);
    private static final Duration VISIBLE_LIMIT = Duration.ofSeconds(5);

    /**
     * A temporary slot's snapshot. To make a slot the server waits for all transactions that are under way, in every
     * database and prepared ones too; empty when that takes too long.
     */
    static Optional<Exported> bySlot(MoveContext context, Side side, Duration limit) {
        var session = context.database(side).openReplication("verify");
        var name = new Identifier("godwit_" + context.shortId() + "_" + System.nanoTime() % 1_000_000_000L);
        var created = CompletableFuture.supplyAsync(() -> session.query(
                        "CREATE_REPLICATION_SLOT " + name.sql() + " TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT",
                        row -> new Exported(session, Lsn.parse(row.getString(2)), row.getString(3), Optional.empty())))
                .thenApply(List::getFirst);
        try {
            return Optional.of(created.get(limit.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return cancelled(session, created);
        } catch (ExecutionException e) {
            session.abort();
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            session.abort();
            return Optional.empty();
        }
    }

    /** Left alone, the server would go on waiting with the slot half made, and keep its log for it. */
    private static Optional<Exported> cancelled(Session session, CompletableFuture<Exported> created) {
        try {
            session.connection().unwrap(PGConnection.class).cancelQuery();
            return Optional.of(created.get(CANCEL_LIMIT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException | ExecutionException | TimeoutException expected) {
            // Its end is what was wanted; with the session the server forgets the slot in any case.
        }
        session.abort();
        return Optional.empty();
    }

    /**
     * A snapshot of this moment, which waits for nobody. The stream has to stand still already, so that nothing is applied
     * that the snapshot does not see: a commit is in the log a little before it is visible.
     */
    static Exported plainly(MoveContext context, Side side, StreamControl control) {
        var session = context.open(side, "verify");
        var until = System.nanoTime() + VISIBLE_LIMIT.toNanos();
        while (true) {
            session.begin();
            session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
            var taken = session.first(
                            "SELECT pg_current_wal_insert_lsn()::text, pg_export_snapshot(), pg_current_snapshot()::text",
                            row -> new Exported(
                                    session,
                                    Lsn.parse(row.getString(1)),
                                    row.getString(2),
                                    Optional.of(Snapshot.parse(row.getString(3)))))
                    .orElseThrow();
            if (taken.seen().filter(control::hasPassedUnseen).isEmpty()) {
                return taken;
            }
            session.rollback();
            if (System.nanoTime() > until) {
                session.close();
                throw none(context, side, VISIBLE_LIMIT);
            }
            Patience.pause(Duration.ofMillis(20));
        }
    }

    /** Asks the stream to stop where the following side is as the snapshot. */
    void hold(StreamControl control) {
        seen.ifPresentOrElse(control::holdBeforeUnseen, () -> control.holdAt(position));
    }

    boolean isPlain() {
        return seen.isPresent();
    }

    static GodwitException none(MoveContext context, Side side, Duration limit) {
        var problem = Problem.of(
                        "no-position",
                        "No position of the %s's log to compare at was found within %d s, because transactions are open."
                                .formatted(side.word(), limit.toSeconds()),
                        "Wait for these pids (0: prepared transactions, which pg_prepared_xacts has; some may be in other databases) to end, or end"
                                + " them; then try again.")
                .withPids(waitedFor(context, side));
        return new GodwitException(problem, Retry.NEVER, new IllegalStateException("no position"));
    }

    /** Those who hold a transaction id, in every database of the server. */
    private static List<Integer> waitedFor(MoveContext context, Side side) {
        try (var session = context.look(side)) {
            return session.query("""
                    SELECT DISTINCT coalesce(l.pid, 0) FROM pg_catalog.pg_locks l
                    LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
                    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
                      AND coalesce(a.application_name, '') !~ '^godwit'
                    ORDER BY 1 LIMIT 100""", row -> row.getInt(1));
        }
    }

    /** Ends the session, and with it the slot: who has imported the snapshot keeps it. */
    void letGo() {
        session.close();
    }

    @Override
    public void close() {
        letGo();
    }
}
