package godwit.move;

import org.jspecify.annotations.Nullable;

/**
 * The net effect of a run of changes on one table.
 *
 * <p>The net is what the target is given: at a boundary between two row changes the source satisfied its own unique
 * keys, so removing all old rows first and then adding all new ones never collides, although applying change by change
 * or row by row may.
 */
public sealed interface TableChanges permits KeyedChanges, KeylessChanges {
    void insert(Tuple row);

    /**
     * @param old the old key, the whole old row, or null when the key did not change and the old row is not known
     * @param wholeOld whether {@code old} has all columns
     */
    void update(@Nullable Tuple old, boolean wholeOld, Tuple row);

    void delete(Tuple old);

    boolean isEmpty();
}
