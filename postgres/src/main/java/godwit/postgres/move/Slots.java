package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.schema.Literal;
import godwit.schema.TableName;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** The publication and the slot by which one side is followed. */
final class Slots {
    private final MoveContext context;

    Slots(MoveContext context) {
        this.context = context;
    }

    /** Publishes these tables, by their names: FOR ALL TABLES would make writes to keyless ones fail. */
    void publish(Side side, List<TableName> tables) {
        var name = context.publication(side);
        try (var session = context.open(side, "prepare")) {
            if (session.is("SELECT count(*) > 0 FROM pg_publication WHERE pubname = ?", name.name())) {
                return;
            }
            var list = tables.stream().map(t -> "ONLY " + t.sql()).collect(Collectors.joining(", "));
            Patience.retry(
                    session,
                    () -> session.execute(
                            "CREATE PUBLICATION " + name.sql() + (tables.isEmpty() ? "" : " FOR TABLE " + list)));
        }
    }

    /**
     * Creates a side's slot and waits until every transaction that was under way then has ended.
     *
     * <p>A commit is in the log before it is visible. One that reached the log before the slot but is not visible to a
     * later snapshot would be in neither; waiting for all that had begun closes that gap.
     */
    Lsn createAndSettle(Side side) {
        var limit = Duration.ofSeconds(context.spec().limits().startSecondsMax());
        var until = System.nanoTime() + limit.toNanos();
        try (var session = context.open(side, "slot")) {
            // The slot waits for old transactions by their locks.
            session.execute("SET lock_timeout = 0");
            session.execute("SET statement_timeout = " + limit.toMillis());
            var position = created(session, side, limit);
            session.execute("SET statement_timeout = 0");
            var after = next(session);
            awaitEndOfEarlier(session, after, limit, until);
            return Lsn.parse(position);
        }
    }

    private String created(Session session, Side side, Duration limit) {
        try {
            return session.text(
                    "SELECT lsn::text FROM pg_create_logical_replication_slot(?, 'pgoutput')",
                    context.streamName(side));
        } catch (GodwitException e) {
            if (e.getCause() instanceof SQLException sql && "57014".equals(sql.getSQLState())) {
                throw tooOld(session, limit).asException(e);
            }
            throw e;
        }
    }

    /**
     * A transaction number above all that were given so far, drawn and rolled back, which waits for no standby. The xmax
     * of a snapshot would not do: it is the first number after the last transaction that has ended, and one whose commit
     * is in the log but not visible may have just that number.
     */
    private static String next(Session session) {
        session.begin();
        var number = session.text("SELECT pg_current_xact_id()::text");
        session.rollback();
        return number;
    }

    private static void awaitEndOfEarlier(Session session, String xid, Duration limit, long until) {
        var ended = "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= " + new Literal(xid).sql() + "::xid8";
        while (!session.is(ended)) {
            if (System.nanoTime() > until) {
                throw tooOld(session, limit).asException();
            }
            Patience.pause(Duration.ofMillis(100));
        }
    }

    private static Problem tooOld(Session session, Duration limit) {
        return Problem.of(
                        "old-transactions",
                        "Transactions that were open at the start have not ended within %d s."
                                .formatted(limit.toSeconds()),
                        "End the sessions with these pids, or the prepared transactions, then start again.")
                .withPids(oldest(session));
    }

    private static List<Integer> oldest(Session session) {
        return session.query(
                "SELECT pid FROM pg_stat_activity WHERE backend_xid IS NOT NULL ORDER BY xact_start LIMIT 20",
                row -> row.getInt(1));
    }

    /** Drops the slot as soon as its reader is gone. */
    void dropSlot(Side side) {
        try (var session = context.open(side, "remove")) {
            Patience.retry(
                    session,
                    () -> session.query(
                            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = ?",
                            row -> true,
                            context.streamName(side)));
        }
    }

    /** Drops the slot and the publication. */
    void drop(Side side) {
        dropSlot(side);
        try (var session = context.open(side, "remove")) {
            session.execute(
                    "DROP PUBLICATION IF EXISTS " + context.publication(side).sql());
        }
    }
}
