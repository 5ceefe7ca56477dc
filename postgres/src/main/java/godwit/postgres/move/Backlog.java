package godwit.postgres.move;

import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.apply.StreamProgress;
import java.util.Optional;

/**
 * How one side's log stands to what the other side has of it, read from the side's slot and from the position that the
 * other side saved.
 *
 * @param keptBytes what the slot keeps
 * @param lagBytes what was written behind the position; not all of it need belong to the move
 * @param writtenBytes where the log ends
 * @param nanos when it was read, by a clock that only goes forward
 */
record Backlog(long keptBytes, long lagBytes, long writtenBytes, long nanos) {
    /** The slot may be behind the saved position, and without changes of the move's tables it is ahead of it. */
    private static final String READ = """
            SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)::bigint,
              greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), greatest(s.confirmed_flush_lsn, ?::pg_lsn)))::bigint,
              pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint
            FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = ?""";

    /** Empty for a side without a slot of the run. */
    static Optional<Backlog> read(Session session, String slot, Lsn applied) {
        return session.first(
                READ,
                row -> new Backlog(row.getLong(1), row.getLong(2), row.getLong(3), System.nanoTime()),
                applied.toString(),
                slot);
    }

    /** What a side has saved of the other's log; zero where nothing was applied yet. */
    static Lsn applied(Session session, MoveContext context, Side from) {
        return session.is("SELECT to_regclass('godwit.progress') IS NOT NULL")
                ? new StreamProgress(context.run(), MoveContext.direction(from))
                        .read(session)
                        .orElse(Lsn.ZERO)
                : Lsn.ZERO;
    }
}
