package godwit.move;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The last image of each row that was touched, by its key, and which rows were there before. */
public final class KeyedChanges implements TableChanges {
    /**
     * A row as it is in the end.
     *
     * @param row its values; some may be unchanged ones that only the target has
     * @param base the key, before these changes, of the target's row that has the unchanged values; null when the row
     *     is complete
     */
    public record Final(Tuple row, @Nullable RowKey base) {}

    private final int[] keyColumns;
    private final Map<RowKey, Final> present = new LinkedHashMap<>();
    private final Set<RowKey> gone = new LinkedHashSet<>();
    private final Set<RowKey> replaced = new LinkedHashSet<>();

    /** @param keyColumns the key's columns as positions in the tuples */
    public KeyedChanges(int[] keyColumns) {
        this.keyColumns = keyColumns.clone();
    }

    @Override
    public void insert(Tuple row) {
        put(row.key(keyColumns), new Final(row, null));
    }

    @Override
    public void update(@Nullable Tuple old, boolean wholeOld, Tuple row) {
        var complete = completed(old, wholeOld, row);
        var before = old == null ? complete.key(keyColumns) : old.key(keyColumns);
        var next = carried(before, complete);
        remove(before);
        put(complete.key(keyColumns), next);
    }

    /** A key value that is stored out of line is left out of the new row too, but then the old key is always sent. */
    private Tuple completed(@Nullable Tuple old, boolean wholeOld, Tuple row) {
        if (old == null) {
            return row;
        }
        return wholeOld ? row.completedFrom(old) : row.completedFrom(old, keyColumns);
    }

    @Override
    public void delete(Tuple old) {
        remove(old.key(keyColumns));
    }

    /** Fills what the log left out from the row's pending image, or notes where in the target it is. */
    private Final carried(RowKey before, Tuple row) {
        if (!row.hasUnchanged()) {
            return new Final(row, null);
        }
        var pending = present.get(before);
        if (pending == null) {
            return new Final(row, before);
        }
        var filled = row.completedFrom(pending.row());
        return new Final(filled, filled.hasUnchanged() ? pending.base() : null);
    }

    private void put(RowKey key, Final row) {
        gone.remove(key);
        present.put(key, row);
    }

    private void remove(RowKey key) {
        if (present.remove(key) == null && !gone.contains(key)) {
            replaced.add(key);
        }
        gone.add(key);
    }

    /** Keys of rows that the target has from before and that go, to stay away or to come back changed. */
    public Collection<RowKey> replaced() {
        return replaced;
    }

    /** Rows that are there in the end; to be added after {@link #replaced} is removed. */
    public Collection<Final> finals() {
        return present.values();
    }

    /** Of {@link #finals} those that need nothing more. */
    public List<Tuple> complete() {
        return present.values().stream()
                .filter(row -> row.base() == null)
                .map(Final::row)
                .toList();
    }

    /** Of {@link #finals} those that lack values which only the target has. */
    public List<Final> waiting() {
        return present.values().stream().filter(row -> row.base() != null).toList();
    }

    @Override
    public boolean isEmpty() {
        return replaced.isEmpty() && present.isEmpty();
    }
}
