package godwit.postgres.apply;

import godwit.GodwitException;
import godwit.move.Lsn;
import godwit.postgres.Session;
import godwit.postgres.copy.RangeJoin;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gathers changes into batches and has them written in their order, one while the next is gathered.
 *
 * <p>For the stream's thread alone. Whoever else wants the writing session calls {@link #awaitWritten} first.
 */
final class BatchFlow {
    /** A batch above this is written before the next is gathered, so that there are never two of them in memory. */
    private static final long BYTES_BESIDE_MAX = 16L << 20;

    private static final Duration END_LIMIT = Duration.ofSeconds(10);

    private final BatchWriter writer;
    private final LockPatience patience;
    private final RangeJoin join;
    private final Told told;
    private Batch batch = new Batch();
    private boolean partly;
    private @Nullable CompletableFuture<Written> begun;

    /** Who hears in the stream's thread of what is safely written. */
    interface Told {
        /**
         * @param position up to which the followed side's commits are in
         * @param transactions how many of them came with this batch
         */
        void written(Lsn position, long transactions);
    }

    private record Written(Lsn position, long transactions) {}

    BatchFlow(BatchWriter writer, LockPatience patience, RangeJoin join, Told told) {
        this.writer = writer;
        this.patience = patience;
        this.join = join;
        this.told = told;
    }

    /** Where changes are gathered at the moment. */
    Batch batch() {
        return batch;
    }

    /** Whether nothing is gathered, and no transaction is written half. */
    boolean isEmpty() {
        return batch.isEmpty() && !partly;
    }

    /** Whether a transaction is written whose end is still to come: the writer has it open. */
    boolean isPartly() {
        return partly;
    }

    /** Writes all that was gathered, and goes on when it is written. */
    void flush(Lsn position) {
        awaitWritten();
        var transactions = isEmpty() ? 0 : batch.transactions();
        if (partly) {
            // Its first part was written before: it can only be written again from the log.
            batch.writeTo(writer);
            writer.commit(position);
        } else if (!batch.isEmpty()) {
            var full = batch;
            writeUntilFree(() -> full.writeTo(writer), position);
        }
        batch = new Batch();
        partly = false;
        told.written(position, transactions);
    }

    /**
     * Lets what was gathered be written while more is gathered; one batch is under way at a time. What joins a stream to
     * copies is written with each batch: then nothing goes on beside.
     */
    void flushBeside(Lsn position) {
        if (!join.isEmpty() || partly || batch.bytes() > BYTES_BESIDE_MAX) {
            flush(position);
            return;
        }
        awaitWritten();
        var full = batch;
        batch = new Batch();
        begun = CompletableFuture.supplyAsync(
                () -> {
                    writeUntilFree(() -> full.writeTo(writer), position);
                    return new Written(position, full.transactions());
                },
                task -> Thread.ofPlatform().daemon().name("stream writer").start(task));
    }

    /** Writes what has come of a transaction that is larger than a batch; its commit comes later. */
    void writePart() {
        awaitWritten();
        partly = true;
        batch.writeTo(writer);
        batch.clear();
    }

    /** Writes and commits something else, again and again while others hold a lock that it needs. */
    void writeUntilFree(Runnable changes, Lsn position) {
        patience.untilFree(() -> {
            try {
                changes.run();
                writer.commit(position);
                return true;
            } catch (GodwitException e) {
                if (Session.isLock(e)) {
                    writer.rollback();
                }
                throw e;
            }
        });
    }

    /** Tells of what is under way if it is written by now; what it failed with is thrown. */
    void lookWhetherWritten() {
        if (begun != null && begun.isDone()) {
            awaitWritten();
        }
    }

    /** Waits for what is under way, if anything, and tells of it; what it failed with is thrown. */
    void awaitWritten() {
        var awaited = begun;
        if (awaited == null) {
            return;
        }
        begun = null;
        var written = result(awaited);
        told.written(written.position(), written.transactions());
    }

    private static Written result(CompletableFuture<Written> awaited) {
        try {
            return awaited.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }

    /** Waits for a while until nothing is under way, whatever became of it. */
    void awaitEnd() {
        var awaited = begun;
        if (awaited != null) {
            awaited.handle((written, failure) -> true)
                    .completeOnTimeout(false, END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        }
    }
}
