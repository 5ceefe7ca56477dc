package godwit.testkit.fake;

import godwit.GodwitException;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.move.Snapshot;
import godwit.move.TransactionFilter;
import godwit.schema.TableName;
import godwit.testkit.fake.Logged.Origin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Follows one fake database's log and applies it to the other; core decides what is applied and what it comes to. */
public final class FakeStream {
    private static final int TRANSACTIONS_PER_BATCH = 3;

    private final FakeProcess process;
    private final FakeDatabase from;
    private final FakeDatabase to;
    private final TransactionFilter filter;
    private final Map<Side, Integer> connections = new HashMap<>();
    private final Set<String> passed = new HashSet<>();
    private Lsn received;
    private Optional<Lsn> holdAt = Optional.empty();
    private @Nullable RuntimeException failure;
    private boolean begun;
    private boolean closed;

    FakeStream(FakeProcess process, Side from, Lsn position, Optional<Lsn> applyFrom) {
        this.process = process;
        this.from = process.databases().on(from);
        this.to = process.databases().on(from.other());
        var snapshots = from == Side.SOURCE ? FakeCopy.snapshots(to) : Map.<TableName, Snapshot>of();
        this.filter = new TransactionFilter(position, applyFrom, snapshots(snapshots), this.from.nextXid());
        this.received = position;
        for (var side : Side.values()) {
            connections.put(side, process.connection(side));
        }
    }

    /** By position alone, everything that the stream sends committed after the copy began and seems to be missing. */
    private Map<TableName, Snapshot> snapshots(Map<TableName, Snapshot> recorded) {
        return process.makes(Mistake.JOIN_BY_POSITION) ? Map.of() : recorded;
    }

    TransactionFilter filter() {
        return filter;
    }

    boolean hasPassed(String marker) {
        return passed.contains(marker);
    }

    Lsn received() {
        return received;
    }

    void holdAt(Lsn position) {
        holdAt = Optional.of(position);
    }

    void release() {
        holdAt = Optional.empty();
    }

    void requireAlive() {
        if (failure != null) {
            throw failure;
        }
    }

    void begin() {
        begun = true;
    }

    void close() {
        closed = true;
    }

    /** Applies what has come meanwhile, a batch at most. */
    public void step() {
        if (!begun || closed || failure != null || !process.isAlive()) {
            return;
        }
        try {
            requireConnections();
            applyNext();
        } catch (GodwitException e) {
            failure = e;
        }
    }

    private void requireConnections() {
        for (var side : Side.values()) {
            if (!process.databases().on(side).isUp()
                    || connections.getOrDefault(side, -1) != process.connection(side)) {
                throw FakeProcess.lost(side);
            }
        }
    }

    private void applyNext() {
        if (from.slots().next(slot(), received).isEmpty()) {
            return;
        }
        var batch = new FakeBatch(to.rows());
        var markers = new ArrayList<String>();
        var before = received;
        for (var n = 0; n < TRANSACTIONS_PER_BATCH; n++) {
            var next = from.slots().next(slot(), received);
            if (next.isEmpty()
                    || holdAt.filter(at -> !next.get().commit().isBefore(at)).isPresent()) {
                break;
            }
            take(next.get(), batch);
            markers.addAll(next.get().markers());
            received = next.get().end();
        }
        if (before.isBefore(received)) {
            flush(batch.writes());
        }
        passed.addAll(markers);
    }

    private void take(Logged logged, FakeBatch batch) {
        var transaction = filter.begin((int) logged.xid(), logged.commit());
        if (logged.origin() == Origin.ECHO && !process.makes(Mistake.NO_ECHO_DROP)) {
            transaction.markEcho();
        }
        for (var write : logged.writes()) {
            var table = tableOf(write);
            if (table.isPresent()) {
                take(write, transaction.of(table.get().tableName()), batch);
            }
        }
    }

    private void take(Write write, TransactionFilter.Verdict verdict, FakeBatch batch) {
        switch (verdict) {
            case APPLY -> batch.take(write);
            case FOREIGN ->
                throw new IllegalStateException(
                        "a foreign write on the " + from.side().word());
            case ECHO, EARLIER, COPIED -> {}
        }
    }

    private static Optional<FakeTable> tableOf(Write write) {
        return switch (write) {
            case Write.Insert i -> Optional.of(i.table());
            case Write.Update u -> Optional.of(u.table());
            case Write.Delete d -> Optional.of(d.table());
            case Write.Truncate t -> Optional.of(t.table());
            case Write.Rewrite r -> Optional.empty();
            case Write.Put p -> Optional.empty();
            case Write.Remove r -> Optional.empty();
        };
    }

    private void flush(List<Write> writes) {
        if (process.makes(Mistake.CONFIRM_BEFORE_COMMIT)) {
            confirm();
        }
        if (!writes.isEmpty()) {
            commit(writes);
        }
        confirm();
    }

    private void commit(List<Write> writes) {
        var position = new Write.Put(progressNote(from.side()), received);
        if (process.makes(Mistake.POSITION_APART)) {
            process.does(to.side(), "apply", () -> to.commit(Origin.ECHO, writes));
            process.does(to.side(), "save position", () -> to.commit(Origin.GODWIT, List.of(position)));
            return;
        }
        var all = new ArrayList<>(writes);
        all.add(position);
        process.does(to.side(), "apply", () -> to.commit(Origin.ECHO, all));
    }

    private void confirm() {
        process.does(from.side(), "confirm", () -> from.slots().confirm(slot(), received));
    }

    private String slot() {
        return slot(from.side());
    }

    static String slot(Side from) {
        return "stream of the " + from.word();
    }

    /** The note, kept where a stream is applied, of how far it has been. */
    static String progressNote(Side from) {
        return "progress of the " + slot(from);
    }
}
