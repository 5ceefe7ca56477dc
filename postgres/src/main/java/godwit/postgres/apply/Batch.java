package godwit.postgres.apply;

import godwit.move.TableChanges;
import java.util.LinkedHashMap;
import java.util.Map;

/** The changes of one or more transactions, or of a part of a large one, that are written together. */
final class Batch {
    private final Map<TargetTable, TableChanges> changes = new LinkedHashMap<>();
    private long bytes;
    private long events;
    private long transactions;

    TableChanges changesOf(TargetTable table) {
        return changes.computeIfAbsent(table, StreamTables::emptyChanges);
    }

    void count(long moreBytes) {
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

    long transactions() {
        return transactions;
    }

    void writeTo(BatchWriter writer) {
        changes.forEach(writer::write);
        changes.clear();
        bytes = 0;
        events = 0;
    }

    void reset() {
        transactions = 0;
    }
}
