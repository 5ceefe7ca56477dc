package godwit.postgres.apply;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Lsn;
import godwit.move.TransactionFilter;
import godwit.postgres.Session;
import godwit.postgres.capture.Message;
import godwit.postgres.capture.SlotReader;
import godwit.postgres.copy.RangeJoin;
import godwit.postgres.numbers.ObjectNumbers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Follows one side's log and applies its transactions to the other side, in commit order, each exactly once.
 *
 * <p>Which of them count is the filter's decision. A batch ends at a commit; only a transaction above the limits is
 * written in parts, all inside one transaction of the applying side.
 */
public final class StreamApplier implements AutoCloseable {
    public static final String MARKER = "godwit.marker";

    private static final Duration WAIT = Duration.ofMillis(3);

    private final SlotReader reader;
    private final Session session;
    private final BatchWriter writer;
    private final StreamTables tables;
    private final StreamProgress progress;
    private final TransactionFilter filter;
    private final StreamControl control = new StreamControl();
    private final LockPatience patience = new LockPatience(control);
    private final StagedTransactions staged;
    private final RangeJoin join;
    private final ObjectNumbers numbers;
    private final NewChanges changes;
    private final BatchFlow flow;
    private final StreamThread thread;

    private volatile StreamLimits limits = StreamLimits.DEFAULT;
    private volatile Lsn flushed;
    private volatile Lsn received;
    private volatile long lastCommitAt;
    private final AtomicLong applied = new AtomicLong();
    private final AtomicLong foreign;
    private volatile boolean behind = true;
    private @Nullable OpenTransaction open;

    /** A transaction of the followed side whose messages are arriving. */
    private static final class OpenTransaction {
        final TransactionFilter.Transaction filtered;
        final List<String> markers = new ArrayList<>();
        boolean touched;
        boolean isForeign;

        OpenTransaction(TransactionFilter.Transaction filtered) {
            this.filtered = filtered;
        }
    }

    /** @param session a session of the applying side for this stream alone; closed with it */
    public StreamApplier(SlotReader reader, Session session, StreamStart start) {
        this.reader = reader;
        this.session = session;
        this.progress = start.progress();
        this.filter = new TransactionFilter(start.from(), start.applyFrom(), start.copies(), start.xidNear());
        this.join = start.join();
        this.numbers = start.numbers();
        this.changes = new NewChanges(join, numbers);
        this.writer = new BatchWriter(session, start.binary(), start.progress(), join);
        this.flow = new BatchFlow(writer, patience, join, this::written);
        this.tables = new StreamTables(session, start);
        this.staged = new StagedTransactions(
                session, start, filter, new StagedTransactions.Shared(tables, patience, changes));
        this.foreign = new AtomicLong(start.progress().foreignSeen(session));
        this.flushed = start.from();
        this.received = start.from();
        this.thread = new StreamThread("stream " + start.progress().stream(), control, this::step, this::wholeIfMixed);
    }

    /** Begins to apply, unless it has begun. */
    public StreamApplier begin() {
        thread.begin();
        return this;
    }

    public StreamControl control() {
        return control;
    }

    /** The process of the followed server that sends the stream. */
    public int readerPid() {
        return reader.pid();
    }

    /** The rows that it has written since both sides were last compared. */
    public TouchedRows touched() {
        return writer.touched();
    }

    public StreamState state() {
        return new StreamState(
                flushed, received, lastCommitAt, behind, applied.get(), writer.missingRows(), foreign.get());
    }

    /** From now on this much is written at once. */
    public void limit(StreamLimits changed) {
        limits = changed;
    }

    /** From this position of the followed log on, transactions are applied; those before it are dropped. */
    public void applyFrom(Lsn position) {
        filter.applyFrom(position);
    }

    /** From now on nothing is applied: the followed side takes no writes but Godwit's. */
    public void applyNothing() {
        filter.applyNothing();
    }

    /** Both sides were proven equal at a person's wish. */
    public void forgetMissingRows(Session applying) {
        writer.forgetMissingRows(applying);
    }

    /** Both sides were proven equal: so many foreign transactions had been seen before that was begun. */
    public void forgetForeign(Session applying, long seen) {
        progress.forgetForeign(applying, seen);
        foreign.addAndGet(-seen);
    }

    /** Notes that what is under way is to be sent whole when the stream begins again. */
    private GodwitException wholeIfMixed(GodwitException cause) {
        flow.awaitEnd();
        var code = cause.problem().code();
        if (!code.equals(StagedTransactions.MIXED) && !code.equals(ObjectNumbers.NOT_VISIBLE)) {
            return cause;
        }
        try {
            // Beyond the saved position, else nothing would be sent whole.
            progress.wantWholeUntil(session, new Lsn(received.max(flushed).value() + 1));
            return cause;
        } catch (GodwitException e) {
            e.addSuppressed(cause);
            return e;
        }
    }

    private void step() throws InterruptedException {
        if (open == null && control.isPaused()) {
            flush();
            control.standPaused();
        }
        flow.lookWhetherWritten();
        var message = reader.next(WAIT);
        if (message.isPresent()) {
            behind = !(message.get() instanceof Message.Idle);
            take(message.get());
        } else if (open == null) {
            flush();
            behind = false;
        }
    }

    private void take(Message message) throws InterruptedException {
        switch (message) {
            case Message.Begin begin -> begin(begin);
            case Message.Commit commit -> commit(commit);
            case Message.Relation relation -> describe(relation);
            case Message.Insert i -> change(i.relation(), i);
            case Message.Update u -> change(u.relation(), u);
            case Message.Delete d -> change(d.relation(), d);
            case Message.Truncate truncate -> truncate(truncate);
            case Message.Emitted emitted -> emitted(emitted);
            case Message.Idle idle -> idle(idle);
            case Message.StreamBegin begin -> stage(begin);
            case Message.Streamed streamed -> staged.take(streamed);
            case Message.StreamEnd end -> staged.end();
            case Message.StreamAbort abort -> abort(abort);
            case Message.StreamCommit commit -> commit(commit);
            case Message.Ignored ignored -> {}
        }
    }

    private void describe(Message.Relation relation) {
        flow.awaitWritten();
        tables.describe(relation);
    }

    /** Between its begin and its end nothing else comes: the session is the staging's own for so long. */
    private void stage(Message.StreamBegin begin) {
        flow.awaitWritten();
        staged.begin(begin);
    }

    private void abort(Message.StreamAbort abort) {
        flow.awaitWritten();
        staged.abort(abort);
    }

    private void begin(Message.Begin begin) throws InterruptedException {
        hold(begin.commit(), begin.xid());
        open = new OpenTransaction(filter.begin(begin.xid(), begin.commit()));
    }

    private void hold(Lsn commit, int xid) throws InterruptedException {
        var next = new StreamControl.Next(commit, filter.whole(xid));
        if (!control.passes(next)) {
            flush();
            control.standHeld(next);
        }
    }

    /** Writes what was staged of a transaction, after all that committed before it. */
    private void commit(Message.StreamCommit commit) throws InterruptedException {
        flush();
        hold(commit.commit(), commit.xid());
        if (control.isStopped()) {
            // It stood before this transaction, which is sent again.
            return;
        }
        received = commit.end();
        var ended = staged.ended(commit.xid());
        if (ended == null) {
            return;
        }
        staged.learn(ended);
        switch (ended.filtered().endedAt(commit.commit())) {
            case APPLY -> writeStaged(ended, commit);
            case FOREIGN -> {
                if (ended.isPassedOver()) {
                    countForeign();
                }
            }
            case ECHO, EARLIER, COPIED -> {}
        }
        staged.close(commit.xid());
        written(received, 0);
        ended.markers().forEach(control::passed);
    }

    private void writeStaged(StagedTransaction ended, Message.StreamCommit commit) {
        if (ended.isPassedOver()) {
            throw new GodwitException(
                    Problem.of("stream-failed", "A transaction was passed over that counts now.", "It is sent again."),
                    Retry.LATER,
                    new IllegalStateException("passed over"));
        }
        flow.writeUntilFree(() -> staged.write(ended, writer), received);
        writer.touched().count(ended.parts().size());
        applied.addAndGet(ended.parts().isEmpty() ? 0 : 1);
        lastCommitAt = commit.committedAt();
    }

    private void commit(Message.Commit commit) {
        var ended = Objects.requireNonNull(open);
        open = null;
        if (ended.touched) {
            flow.batch().countTransaction();
            lastCommitAt = commit.committedAt();
        }
        received = commit.end();
        if (ended.isForeign) {
            countForeign();
        }
        if (flow.isPartly() || !ended.markers.isEmpty()) {
            flush();
        } else if (flow.batch().isDue(limits)) {
            flow.flushBeside(received);
        }
        ended.markers.forEach(control::passed);
    }

    private void change(int relation, Message change) {
        var table = wanted(relation);
        if (table == null) {
            return;
        }
        changes.add(flow.batch(), table, Objects.requireNonNull(open).filtered.xid(), change);
        if (flow.batch().isOverfull(limits)) {
            flow.writePart();
        }
    }

    /** The table to apply to; null when the transaction or the table is passed over. */
    private @Nullable TargetTable wanted(int relation) {
        var transaction = Objects.requireNonNull(open);
        var table = tables.of(relation);
        if (table == null) {
            return null;
        }
        return switch (transaction.filtered.of(table.table().name())) {
            case APPLY -> {
                transaction.touched = true;
                yield table;
            }
            case FOREIGN -> {
                transaction.isForeign = true;
                yield null;
            }
            case ECHO, EARLIER, COPIED -> null;
        };
    }

    /** Lasting before its position is confirmed: it is not sent again then. */
    private void countForeign() {
        flow.awaitWritten();
        progress.countForeign(session);
        foreign.incrementAndGet();
    }

    private void truncate(Message.Truncate truncate) {
        var targets = truncate.relations().stream()
                .map(this::wanted)
                .filter(Objects::nonNull)
                .toList();
        if (!targets.isEmpty()) {
            flow.writePart();
            writer.truncateCopied(targets, Objects.requireNonNull(open).filtered.xid());
        }
    }

    private void emitted(Message.Emitted emitted) {
        if (!emitted.transactional() || open == null) {
            return;
        }
        if (emitted.prefix().equals(BatchWriter.ECHO) && progress.isOwn(emitted.content())) {
            open.filtered.markEcho();
        } else if (emitted.prefix().equals(MARKER)) {
            open.markers.add(emitted.content());
        }
    }

    /** A pause that the reader saw moves the position only: writing at each would keep a stream behind that is. */
    private void idle(Message.Idle idle) {
        if (open == null) {
            received = received.max(idle.received());
            if (flow.isEmpty()) {
                flow.awaitWritten();
                written(received, 0);
            }
        }
    }

    private void flush() {
        flow.flush(received);
    }

    private void written(Lsn position, long transactions) {
        applied.addAndGet(transactions);
        flushed = position;
        reader.confirm(position);
    }

    @Override
    public void close() {
        control.stop();
        reader.close();
        thread.awaitEnd();
        flow.awaitEnd();
        join.close();
        numbers.close();
        session.abort();
    }
}
