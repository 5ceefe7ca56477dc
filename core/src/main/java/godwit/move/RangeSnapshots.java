package godwit.move;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.ToLongFunction;

/**
 * Which snapshot each row of a table was read under, when every range of its keys was copied under one of its own.
 *
 * <p>What a transaction did to a key is in the copy if that key's snapshot sees the transaction, and has to be applied if
 * not. A key whose row was read again later has the snapshot of that reading.
 */
public final class RangeSnapshots {
    private final ToLongFunction<RowKey> place;
    private final long[] firsts;
    private final Snapshot[] snapshots;
    private final Map<RowKey, Snapshot> again = new HashMap<>();

    /**
     * @param place where a key lies in the order by which the ranges were cut
     * @param byFirst the ranges' snapshots by their first place; the first range begins at the least of all places
     */
    public RangeSnapshots(ToLongFunction<RowKey> place, SortedMap<Long, Snapshot> byFirst) {
        if (byFirst.isEmpty() || byFirst.firstKey() != Long.MIN_VALUE) {
            throw new IllegalArgumentException("ranges must cover all keys");
        }
        this.place = place;
        this.firsts = byFirst.keySet().stream().mapToLong(Long::longValue).toArray();
        this.snapshots = byFirst.values().toArray(Snapshot[]::new);
    }

    /** Whether the copy of a key has what a transaction did to it. */
    public boolean sees(long xid, RowKey key) {
        var own = again.get(key);
        return (own == null ? snapshots[range(key)] : own).sees(xid);
    }

    private int range(RowKey key) {
        var found = Arrays.binarySearch(firsts, place.applyAsLong(key));
        return found >= 0 ? found : -found - 2;
    }

    /** From now on a key is as a later reading saw it. */
    public void readAgain(RowKey key, Snapshot snapshot) {
        again.put(key.alone(), snapshot);
    }

    /**
     * Some of the places.
     *
     * @param first the first of them
     * @param last the last of them
     */
    public record Places(long first, long last) {}

    /** The places whose copies do not have a transaction. */
    public List<Places> unseen(long xid) {
        var unseen = new ArrayList<Places>();
        for (var i = 0; i < firsts.length; i++) {
            if (!snapshots[i].sees(xid)) {
                var last = i + 1 < firsts.length ? firsts[i + 1] - 1 : Long.MAX_VALUE;
                var joins = !unseen.isEmpty() && unseen.getLast().last() == firsts[i] - 1;
                unseen.add(new Places(joins ? unseen.removeLast().first() : firsts[i], last));
            }
        }
        return unseen;
    }

    /** Whether no copy of any key has a transaction. */
    public boolean isUnseen(long xid) {
        return Arrays.stream(snapshots).noneMatch(s -> s.sees(xid))
                && again.values().stream().noneMatch(s -> s.sees(xid));
    }

    /** Keys that were read again after a transaction, although their range was copied before it. */
    public List<RowKey> seenKeysOfUnseenRanges(long xid) {
        return keys(xid, true);
    }

    /** Keys that were read again before a transaction, although their range was copied after it. */
    public List<RowKey> unseenKeysOfSeenRanges(long xid) {
        return keys(xid, false);
    }

    private List<RowKey> keys(long xid, boolean seen) {
        return again.entrySet().stream()
                .filter(e -> e.getValue().sees(xid) == seen && snapshots[range(e.getKey())].sees(xid) != seen)
                .map(Map.Entry::getKey)
                .toList();
    }
}
