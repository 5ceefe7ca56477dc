package godwit.move;

import godwit.schema.TableName;
import java.util.Map;
import java.util.Optional;

/**
 * Decides which transactions of a followed log are applied, and to which tables, so that each counts exactly once.
 *
 * <p>A commit can be in the log before it is visible, so a position alone cannot tell whether a table's copy has a
 * transaction; the snapshot of the copy can. The position only tells where this direction begins to count.
 */
public final class TransactionFilter {
    private static final Lsn NEVER = new Lsn(-1L);

    private final Lsn from;
    private final Map<TableName, Snapshot> copies;
    private long xidNear;
    private volatile Lsn applyFrom;

    /**
     * @param from transactions that committed before this position are in already
     * @param applyFrom transactions from this position on are applied; empty: none is, until the writes change sides
     * @param copies the snapshots that tables were copied under
     * @param xidNear a whole transaction number of the followed server, less than 2^31 away from the first
     *     that comes; it moves on with those that come
     */
    public TransactionFilter(Lsn from, Optional<Lsn> applyFrom, Map<TableName, Snapshot> copies, long xidNear) {
        this.from = from;
        this.applyFrom = applyFrom.orElse(NEVER);
        this.copies = Map.copyOf(copies);
        this.xidNear = xidNear;
    }

    /** From this position of the followed log on, transactions are applied; those before it are dropped. */
    public void applyFrom(Lsn position) {
        applyFrom = position;
    }

    /** From now on nothing is applied: the followed side takes no writes but Godwit's. */
    public void applyNothing() {
        applyFrom = NEVER;
    }

    /** The whole number of a transaction that the stream names without its epoch; for the stream's thread alone. */
    public long whole(int xid) {
        var whole = Snapshot.wholeXid(xid, xidNear);
        xidNear = Math.max(xidNear, whole);
        return whole;
    }

    /**
     * Takes up a transaction.
     *
     * @param xid its number, as the stream names it, without its epoch
     * @param commit the position of its commit
     */
    public Transaction begin(int xid, Lsn commit) {
        return new Transaction(whole(xid), commit, applyFrom);
    }

    /**
     * Takes up a transaction that has not ended. What it changes is to be kept as its verdicts say, and whether it counts
     * is asked again when it has ended.
     */
    public Transaction beginUnended(int xid) {
        return new Transaction(whole(xid), NEVER, applyFrom);
    }

    /** What becomes of a transaction's change of a table. */
    public enum Verdict {
        APPLY,
        /** It is Godwit's own applying, coming back. */
        ECHO,
        /** It committed before this direction counts. */
        EARLIER,
        /** Somebody else wrote it, on the side that takes no writes. */
        FOREIGN,
        /** The table's copy saw it. */
        COPIED
    }

    /** A transaction of the followed side whose changes are arriving; not for use by two threads at once. */
    public final class Transaction {
        private final long xid;
        private final Lsn commit;
        private final Lsn counted;
        private boolean echo;

        private Transaction(long xid, Lsn commit, Lsn counted) {
            this.xid = xid;
            this.commit = commit;
            this.counted = counted;
        }

        /** Its whole number. */
        public long xid() {
            return xid;
        }

        /** Its first message says that Godwit wrote it. */
        public void markEcho() {
            echo = true;
        }

        public Verdict of(TableName table) {
            var copy = copies.get(table);
            var whole = whole();
            return !echo && copy != null && copy.sees(xid) && !commit.isBefore(from) ? Verdict.COPIED : whole;
        }

        /** What becomes, now that its commit's position is known, of all that was kept of an unended transaction. */
        public Verdict endedAt(Lsn position) {
            var ended = new Transaction(xid, position, applyFrom);
            ended.echo = echo;
            return ended.whole();
        }

        private Verdict whole() {
            if (echo) {
                return Verdict.ECHO;
            }
            if (commit.isBefore(from)) {
                return Verdict.EARLIER;
            }
            if (counted == NEVER) {
                return Verdict.FOREIGN;
            }
            return commit.isBefore(counted) ? Verdict.EARLIER : Verdict.APPLY;
        }
    }
}
