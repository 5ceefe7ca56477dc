package godwit.move;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Adds to a table's net only what the copies of the keys concerned have not seen.
 *
 * <p>A change of a row's key is two halves: the row goes from one key and comes to another, and each half counts by its
 * own key. When only the coming half counts, the row that went is not in the target any more, and with it are gone the
 * values that the log left out: then the row is read again, and its key has the snapshot of that reading from then on.
 */
public final class UnseenChanges {
    /** Reads rows of the followed side as they are now. */
    @FunctionalInterface
    public interface Reader {
        /** The row of a key, under a snapshot that sees the transaction. */
        Reading read(RowKey key, long xid);
    }

    /** @param row empty when there is no row of that key */
    public record Reading(Snapshot snapshot, Optional<Tuple> row) {}

    private final RangeSnapshots copies;
    private final int[] keyColumns;
    private final Reader reader;

    public UnseenChanges(RangeSnapshots copies, int[] keyColumns, Reader reader) {
        this.copies = copies;
        this.keyColumns = keyColumns.clone();
        this.reader = reader;
    }

    public void insert(KeyedChanges net, long xid, Tuple row) {
        if (!copies.sees(xid, row.key(keyColumns))) {
            net.insert(row);
        }
    }

    public void delete(KeyedChanges net, long xid, Tuple old) {
        if (!copies.sees(xid, old.key(keyColumns))) {
            net.delete(old);
        }
    }

    /** @param wholeOld whether {@code old} has all columns */
    public void update(KeyedChanges net, long xid, @Nullable Tuple old, boolean wholeOld, Tuple row) {
        var complete = net.completed(old, wholeOld, row);
        var after = complete.key(keyColumns);
        var before = old == null ? after : old.key(keyColumns);
        var isGoingCopied = copies.sees(xid, before);
        var isComingCopied = copies.sees(xid, after);
        if (!isGoingCopied && !isComingCopied) {
            net.update(old, wholeOld, row);
        } else if (!isGoingCopied) {
            net.remove(before);
        } else if (!isComingCopied) {
            come(net, xid, after, complete);
        }
    }

    private void come(KeyedChanges net, long xid, RowKey key, Tuple row) {
        if (!row.hasUnchanged()) {
            net.insert(row);
            return;
        }
        var reading = reader.read(key, xid);
        copies.readAgain(key, reading.snapshot());
        reading.row().ifPresent(net::insert);
    }
}
