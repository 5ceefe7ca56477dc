package godwit.postgres.apply;

import godwit.move.TableChanges;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** The changes of one or more transactions, or of a part of a large one, that are written together. */
final class Batch {
    private final Map<TargetTable, TableChanges> changes = new LinkedHashMap<>();
    private long bytes;
    private long events;
    private long transactions;
    private long begunNanos;

    TableChanges changesOf(TargetTable table) {
        return changes.computeIfAbsent(table, StreamTables::emptyChanges);
    }

    void count(long moreBytes) {
        if (events == 0) {
            begunNanos = System.nanoTime();
        }
        bytes += moreBytes;
        events++;
    }

    void countTransaction() {
        transactions++;
    }

    boolean isEmpty() {
        return events == 0;
    }

    boolean isFull(StreamLimits limits) {
        return bytes >= limits.bytesPerBatch() || events >= limits.eventsPerBatch();
    }

    /**
     * Whether it is too much to wait for the end of the transaction that is under way: most end with a quarter more, and
     * what ends is written beside what comes.
     */
    boolean isOverfull(StreamLimits limits) {
        return bytes >= limits.bytesPerBatch() + limits.bytesPerBatch() / 4
                || events >= limits.eventsPerBatch() + limits.eventsPerBatch() / 4;
    }

    /** Whether it is time to write, at the end of a transaction. */
    boolean isDue(StreamLimits limits) {
        return isFull(limits)
                || (!isEmpty()
                        && System.nanoTime() - begunNanos > TimeUnit.MILLISECONDS.toNanos(limits.millisPerBatch()));
    }

    long bytes() {
        return bytes;
    }

    long transactions() {
        return transactions;
    }

    Set<TargetTable> tables() {
        return changes.keySet();
    }

    void forEach(BiConsumer<TargetTable, TableChanges> use) {
        changes.forEach(use);
    }

    void writeTo(BatchWriter writer) {
        changes.forEach(writer::write);
    }

    /** Forgets the changes, once they are written. */
    void clear() {
        changes.clear();
        bytes = 0;
        events = 0;
    }
}
