package godwit.postgres.apply;

import godwit.move.KeyedChanges;
import godwit.move.TableChanges;
import godwit.move.Tuple;
import godwit.move.UnseenChanges;
import godwit.postgres.capture.Message;
import godwit.postgres.copy.RangeJoin;
import godwit.postgres.numbers.NumberedColumns;
import godwit.postgres.numbers.ObjectNumbers;

/** Adds the changes of messages to a batch, as far as the copies of their tables do not have them. */
final class NewChanges {
    private final RangeJoin join;
    private final ObjectNumbers numbers;

    NewChanges(RangeJoin join, ObjectNumbers numbers) {
        this.join = join;
        this.numbers = numbers;
    }

    /** @param xid the transaction's whole number */
    void add(Batch batch, TargetTable table, long xid, Message received) {
        var change = planned(table.table().stored().size(), received);
        translate(table.numbered(), change, () -> numbers.requireEnded(xid));
        var net = batch.changesOf(table);
        var unseen = join.changesOf(table.table());
        if (unseen != null && net instanceof KeyedChanges keyed) {
            addUnseen(unseen, keyed, xid, change);
        } else {
            addAll(net, change);
        }
        batch.count(change.bytes());
    }

    /** Columns that came after the move began stand behind those that it began with. */
    private static Message planned(int columns, Message change) {
        return switch (change) {
            case Message.Insert i -> new Message.Insert(i.relation(), i.row().first(columns));
            case Message.Update u ->
                new Message.Update(
                        u.relation(),
                        u.old() instanceof Tuple old ? old.first(columns) : null,
                        u.wholeOld(),
                        u.row().first(columns));
            case Message.Delete d -> new Message.Delete(d.relation(), d.old().first(columns), d.whole());
            default -> change;
        };
    }

    /** From here on rows hold the numbers that objects have where they are applied. */
    private static void translate(NumberedColumns numbered, Message change, NumberedColumns.Writer writer) {
        if (numbered.isEmpty()) {
            return;
        }
        switch (change) {
            case Message.Insert i -> numbered.translate(i.row(), writer);
            case Message.Update u -> {
                numbered.translate(u.row(), writer);
                if (u.old() instanceof Tuple old) {
                    numbered.translate(old, writer);
                }
            }
            case Message.Delete d -> numbered.translate(d.old(), writer);
            default -> {}
        }
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
