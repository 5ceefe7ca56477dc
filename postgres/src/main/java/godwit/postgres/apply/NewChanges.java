package godwit.postgres.apply;

import godwit.move.KeyedChanges;
import godwit.move.TableChanges;
import godwit.move.UnseenChanges;
import godwit.postgres.capture.Message;
import godwit.postgres.copy.RangeJoin;

/** Adds the changes of messages to a batch, as far as the copies of their tables do not have them. */
final class NewChanges {
    private final RangeJoin join;

    NewChanges(RangeJoin join) {
        this.join = join;
    }

    /** @param xid the transaction's whole number */
    void add(Batch batch, TargetTable table, long xid, Message change) {
        var net = batch.changesOf(table);
        var unseen = join.changesOf(table.table());
        if (unseen != null && net instanceof KeyedChanges keyed) {
            addUnseen(unseen, keyed, xid, change);
        } else {
            addAll(net, change);
        }
        batch.count(change.bytes());
    }

    private static void addAll(TableChanges net, Message change) {
        switch (change) {
            case Message.Insert i -> net.insert(i.row());
            case Message.Update u -> net.update(u.old(), u.wholeOld(), u.row());
            case Message.Delete d -> net.delete(d.old());
            default -> throw new IllegalArgumentException("not a change of a row");
        }
    }

    private static void addUnseen(UnseenChanges unseen, KeyedChanges net, long xid, Message change) {
        switch (change) {
            case Message.Insert i -> unseen.insert(net, xid, i.row());
            case Message.Update u -> unseen.update(net, xid, u.old(), u.wholeOld(), u.row());
            case Message.Delete d -> unseen.delete(net, xid, d.old());
            default -> throw new IllegalArgumentException("not a change of a row");
        }
    }
}
