package godwit.postgres.capture;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Lsn;
import godwit.postgres.Database;
import godwit.postgres.RowLimit;
import godwit.postgres.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/**
 * Receives one slot's stream in a thread of its own and hands its messages over.
 *
 * <p>Between the threads go bundles of what came without a pause: to wake the other for each message would take longer
 * than all that is done with it. What is received but not yet done with is bounded in number and in bytes; a large row passes alone.
 * A position is confirmed to the server only by {@link #confirm}.
 */
public final class SlotReader implements AutoCloseable {
    private static final int BUNDLES_QUEUED_MAX = 8192;
    private static final int MESSAGES_PER_BUNDLE_MAX = 256;
    private static final int KILOBYTES_PER_BUNDLE_MAX = 1024;
    private static final int KILOBYTES_QUEUED_MAX = 32 * 1024;

    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Session connection;
    private final PGReplicationStream stream;
    private final ArrayBlockingQueue<Bundle> queue = new ArrayBlockingQueue<>(BUNDLES_QUEUED_MAX);
    private final Semaphore kilobytes = new Semaphore(KILOBYTES_QUEUED_MAX);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Thread thread;
    private final PgOutputDecoder decoder = new PgOutputDecoder();
    private final SizeCheck sizes;
    private final List<Message> gathered = new ArrayList<>();
    private int gatheredPermits;
    private Bundle taken = new Bundle(List.of(), 0);
    private int at;
    private volatile boolean stopping;
    private volatile long confirmed;

    /**
     * Messages that go from thread to thread together.
     *
     * @param permits the kilobytes that they count until all of them are done with
     */
    private record Bundle(List<Message> messages, int permits) {}

    private SlotReader(SlotStream opened, StreamSource source) {
        this.connection = opened.connection();
        this.stream = opened.stream();
        this.sizes = new SizeCheck(source.rows());
        this.thread =
                Thread.ofPlatform().name("reader of " + source.slot()).daemon().unstarted(this::receive);
    }

    /**
     * Opens the stream of a slot. Where a reader that is gone still has the slot, because the server has not noticed yet, it
     * is waited for.
     *
     * @param from transactions that ended before this position are not sent again
     */
    public static SlotReader open(Database database, StreamSource source, Lsn from) {
        var reader = new SlotReader(SlotStream.open(database, source, from), source);
        reader.thread.start();
        return reader;
    }

    /** The next message; empty when none came within the wait. The one before is done with. */
    public Optional<Message> next(Duration wait) {
        if (at < taken.messages().size()) {
            return Optional.of(taken.messages().get(at++));
        }
        kilobytes.release(taken.permits());
        taken = new Bundle(List.of(), 0);
        at = 0;
        try {
            var bundle = queue.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
            if (bundle == null) {
                throwIfFailed();
                return Optional.empty();
            }
            taken = bundle;
            return Optional.of(taken.messages().get(at++));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Tells the server that everything before this position is safe and its log may go. */
    public void confirm(Lsn position) {
        confirmed = Math.max(confirmed, position.value());
        var lsn = LogSequenceNumber.valueOf(confirmed);
        stream.setAppliedLSN(lsn);
        stream.setFlushedLSN(lsn);
    }

    /** The server's process at the other end. */
    public int pid() {
        return connection.pid();
    }

    private void throwIfFailed() {
        if (failure.get() instanceof Throwable cause) {
            if (cause instanceof GodwitException known) {
                throw known;
            }
            if (cause instanceof SQLException sql) {
                throw connection.failed(sql);
            }
            var problem = Problem.of("stream-failed", "The stream's reader failed.", "It is tried again.");
            throw new GodwitException(problem, Retry.LATER, cause);
        }
    }

    private void receive() {
        try {
            var idleAt = 0L;
            while (!stopping) {
                var bytes = stream.readPending();
                if (bytes != null) {
                    take(sizes.checked(decoder.decode(bytes)));
                } else {
                    handGathered();
                    idleAt = idle(idleAt);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (OutOfMemoryError e) {
            failure.set(RowLimit.unfit("the stream", e));
        } catch (Throwable e) {
            failure.set(e);
        }
    }

    /** Everything before the last keepalive's position has been received when nothing is pending behind it. */
    private long idle(long before) throws InterruptedException, SQLException {
        var received = stream.getLastReceiveLSN().asLong();
        if (received != before) {
            hand(new Bundle(List.of(new Message.Idle(new Lsn(received))), 1));
        }
        LockSupport.parkNanos(IDLE_NANOS);
        return received;
    }

    private void take(Message message) throws InterruptedException, SQLException {
        var permits = permits(message);
        if (permits > KILOBYTES_PER_BUNDLE_MAX) {
            handGathered();
            handLarge(new Bundle(List.of(message), permits));
            return;
        }
        gathered.add(message);
        gatheredPermits += permits;
        var isLarge = gathered.size() >= MESSAGES_PER_BUNDLE_MAX || gatheredPermits >= KILOBYTES_PER_BUNDLE_MAX;
        if (isLarge || (endsTransaction(message) && queue.isEmpty())) {
            handGathered();
        }
    }

    /** Only then is there something to do that somebody may be waiting for. */
    private static boolean endsTransaction(Message message) {
        return message instanceof Message.Commit || message instanceof Message.StreamCommit;
    }

    private void handGathered() throws InterruptedException, SQLException {
        if (!gathered.isEmpty()) {
            hand(new Bundle(List.copyOf(gathered), gatheredPermits));
            gathered.clear();
            gatheredPermits = 0;
        }
    }

    /** While it is in memory no other is read. */
    private void handLarge(Bundle large) throws InterruptedException, SQLException {
        hand(large);
        acquire(KILOBYTES_QUEUED_MAX);
        kilobytes.release(KILOBYTES_QUEUED_MAX);
    }

    private void hand(Bundle bundle) throws InterruptedException, SQLException {
        acquire(bundle.permits());
        while (!stopping && !queue.offer(bundle, 1, TimeUnit.SECONDS)) {
            stream.forceUpdateStatus();
        }
    }

    private void acquire(int permits) throws InterruptedException, SQLException {
        while (!stopping && !kilobytes.tryAcquire(permits, 1, TimeUnit.SECONDS)) {
            stream.forceUpdateStatus();
        }
    }

    private static int permits(Message message) {
        return (int) Math.min(KILOBYTES_QUEUED_MAX, message.bytes() / 1024 + 1);
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
        connection.abort();
    }
}
