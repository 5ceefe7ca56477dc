package godwit.move;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How many copies of each distinct row came and went, for tables whose rows have no key.
 *
 * <p>Equal rows are interchangeable, so only the number of copies counts and the order of changes does not.
 */
public final class KeylessChanges implements TableChanges {
    private final Map<RowKey, Integer> copies = new LinkedHashMap<>();

    @Override
    public void insert(Tuple row) {
        add(row, 1);
    }

    @Override
    public void update(@Nullable Tuple old, boolean wholeOld, Tuple row) {
        var before = Objects.requireNonNull(old, "a keyless table's identity is FULL");
        add(before, -1);
        add(row.completedFrom(before), 1);
    }

    @Override
    public void delete(Tuple old) {
        add(old, -1);
    }

    private void add(Tuple row, int count) {
        copies.merge(row.wholeRow(), count, (a, b) -> a + b == 0 ? null : a + b);
    }

    /** For each distinct row the copies to add (positive) or to remove (negative); never 0. */
    public Map<RowKey, Integer> copies() {
        return copies;
    }

    /** How many rows go in all. */
    public long removedCopies() {
        return copies.values().stream().mapToLong(count -> Math.max(0, -count)).sum();
    }

    /** The rows that come, each as often as it comes. */
    public List<Tuple> added() {
        var added = new ArrayList<Tuple>();
        copies.forEach((row, count) -> added.addAll(Collections.nCopies(Math.max(0, count), row.row())));
        return added;
    }

    @Override
    public boolean isEmpty() {
        return copies.isEmpty();
    }
}
