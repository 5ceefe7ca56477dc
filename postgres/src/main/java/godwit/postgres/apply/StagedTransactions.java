package godwit.postgres.apply;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.TransactionFilter;
import godwit.postgres.Session;
import godwit.postgres.capture.Message;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The transactions whose blocks are arriving: their changes are staged, and written when they commit. */
final class StagedTransactions {
    static final String MIXED = "subtransactions-mixed";

    private final PartStage stage;
    private final TransactionFilter filter;
    private final StreamProgress progress;
    private final StreamTables tables;
    private final LockPatience patience;
    private final NewChanges changes;
    private final Map<Integer, StagedTransaction> open = new HashMap<>();
    private @Nullable StagedTransaction current;

    StagedTransactions(Session session, StreamStart start, TransactionFilter filter, Shared shared) {
        this.stage = new PartStage(session, start.binary());
        this.progress = start.progress();
        this.filter = filter;
        this.tables = shared.tables();
        this.patience = shared.patience();
        this.changes = shared.changes();
    }

    /** What this has in common with the stream's applier. */
    record Shared(StreamTables tables, LockPatience patience, NewChanges changes) {}

    void begin(Message.StreamBegin begin) {
        current = open.computeIfAbsent(
                begin.xid(), xid -> new StagedTransaction(xid, freePlace(), filter.beginUnended(xid), tables.within()));
    }

    private int freePlace() {
        var place = 0;
        while (isTaken(place)) {
            place++;
        }
        return place;
    }

    private boolean isTaken(int place) {
        return open.values().stream().anyMatch(transaction -> transaction.place() == place);
    }

    /** A block ends: what is in memory is staged, so that many transactions need no more memory than one. */
    void end() {
        stageBatch(current());
        current = null;
    }

    private StagedTransaction current() {
        return Objects.requireNonNull(current, "a message outside of a block");
    }

    void take(Message.Streamed streamed) {
        var transaction = current();
        switch (streamed.message()) {
            case Message.Relation relation -> {
                beginPart(transaction, streamed.xid());
                transaction.describe(relation);
            }
            case Message.Truncate truncate -> truncate(transaction, streamed.xid(), truncate);
            case Message.Emitted emitted -> emitted(transaction, emitted);
            case Message.Insert i -> change(transaction, streamed.xid(), i.relation(), i);
            case Message.Update u -> change(transaction, streamed.xid(), u.relation(), u);
            case Message.Delete d -> change(transaction, streamed.xid(), d.relation(), d);
            default -> {}
        }
    }

    private void change(StagedTransaction transaction, int xid, int relation, Message change) {
        var table = transaction.wanted(relation);
        if (table != null) {
            beginPart(transaction, xid);
            changes.add(transaction.batch(), table, transaction.filtered().xid(), change);
            if (transaction.batch().isFull(StreamLimits.DEFAULT)) {
                stageBatch(transaction);
            }
        }
    }

    private void beginPart(StagedTransaction transaction, int xid) {
        if (transaction.isNewPart(xid)) {
            stageBatch(transaction);
            transaction.beginPart(xid);
        }
    }

    private void truncate(StagedTransaction transaction, int xid, Message.Truncate truncate) {
        var targets = transaction.wanted(truncate);
        if (!targets.isEmpty()) {
            beginPart(transaction, xid);
            stageBatch(transaction);
            transaction.parts().add(new StagedPart.Emptied(targets));
        }
    }

    private void emitted(StagedTransaction transaction, Message.Emitted emitted) {
        if (!emitted.transactional()) {
            return;
        }
        if (emitted.prefix().equals(BatchWriter.ECHO) && progress.isOwn(emitted.content())) {
            transaction.filtered().markEcho();
        } else if (emitted.prefix().equals(StreamApplier.MARKER)) {
            transaction.markers().add(emitted.content());
        }
    }

    private void stageBatch(StagedTransaction transaction) {
        if (!transaction.batch().isEmpty()) {
            var parts = patience.untilFree(() -> stage.stage(transaction.place(), transaction.batch()));
            transaction.parts().addAll(parts);
            transaction.batch().clear();
        }
    }

    void abort(Message.StreamAbort abort) {
        var transaction = open.get(abort.xid());
        if (transaction == null) {
            return;
        }
        if (abort.isWhole()) {
            close(abort.xid());
        } else if (!transaction.forget(abort.subtransaction())) {
            throw new GodwitException(
                    Problem.of(
                            MIXED, "A large transaction has too many subtransactions to stage.", "It is sent whole."),
                    Retry.LATER,
                    new IllegalStateException(MIXED));
        }
    }

    /** A transaction that has committed, for {@link #write} and {@link #close}; null when no block of it came. */
    @Nullable
    StagedTransaction ended(int xid) {
        return open.get(xid);
    }

    void write(StagedTransaction transaction, BatchWriter writer) {
        transaction.parts().forEach(part -> stage.write(part, writer));
    }

    /**
     * Takes over what a transaction that has committed was told of its tables, whether it counts or not: the server will
     * not tell it again.
     */
    void learn(StagedTransaction committed) {
        committed.requireNoProblem();
        tables.learn(committed.tables());
    }

    void close(int xid) {
        var closed = open.remove(xid);
        if (closed != null) {
            stage.clear(closed.place());
        }
    }
}
