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
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/**
 * Receives one slot's stream in a thread of its own and hands its messages over one by one.
 *
 * <p>What is received but not yet done with is bounded in number and in bytes; a large row passes alone.
 * A position is confirmed to the server only by {@link #confirm}.
 */
public final class SlotReader implements AutoCloseable {
    private static final int MESSAGES_QUEUED_MAX = 8192;
    private static final int KILOBYTES_QUEUED_MAX = 32 * 1024;
    /** While a message above this is in memory no other is read. */
    private static final int BYTES_BESIDE_OTHERS_MAX = 1 << 20;

    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Session connection;
    private final PGReplicationStream stream;
    private final ArrayBlockingQueue<Message> queue = new ArrayBlockingQueue<>(MESSAGES_QUEUED_MAX);
    private final Semaphore kilobytes = new Semaphore(KILOBYTES_QUEUED_MAX);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Thread thread;
    private final PgOutputDecoder decoder = new PgOutputDecoder();
    private final SizeCheck sizes;
    private int held;
    private volatile boolean stopping;
    private volatile long confirmed;

    private SlotReader(Session connection, PGReplicationStream stream, StreamSource source) {
        this.connection = connection;
        this.stream = stream;
        this.sizes = new SizeCheck(source.rows());
        this.thread =
                Thread.ofPlatform().name("reader of " + source.slot()).daemon().unstarted(this::receive);
    }

    /**
     * Opens the stream of a slot.
     *
     * @param from transactions that ended before this position are not sent again
     */
    public static SlotReader open(Database database, StreamSource source, Lsn from) {
        var connection = database.openReplication("reader");
        try {
            var api = connection.connection().unwrap(PGConnection.class).getReplicationAPI();
            var options = api.replicationStream()
                    .logical()
                    .withSlotName(source.slot())
                    .withStartPosition(LogSequenceNumber.valueOf(from.value()))
                    .withStatusInterval(1, TimeUnit.SECONDS)
                    .withSlotOption("proto_version", source.protocol().version())
                    .withSlotOption("publication_names", '"' + source.publication() + '"')
                    .withSlotOption("messages", true)
                    .withSlotOption("binary", source.binary());
            if (source.protocol() == StreamProtocol.STREAMED) {
                options.withSlotOption("streaming", "on");
            }
            var stream = options.start();
            var reader = new SlotReader(connection, stream, source);
            reader.thread.start();
            return reader;
        } catch (SQLException e) {
            connection.close();
            throw opening(connection, source, e);
        }
    }

    private static GodwitException opening(Session connection, StreamSource source, SQLException e) {
        if ("42704".equals(e.getSQLState())) {
            return Problem.of(
                            "slot-lost",
                            "The replication slot %s is gone: changes since then cannot be had."
                                    .formatted(source.slot()),
                            "Roll the run back and start it again; look at max_slot_wal_keep_size.")
                    .asException(e);
        }
        return connection.failed(e);
    }

    /** The next message; empty when none came within the wait. The one before is done with and counts no more. */
    public Optional<Message> next(Duration wait) {
        kilobytes.release(held);
        held = 0;
        try {
            var message = queue.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
            if (message == null) {
                throwIfFailed();
                return Optional.empty();
            }
            held = permits(message);
            return Optional.of(message);
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
                    hand(sizes.checked(decoder.decode(bytes)));
                } else {
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
            hand(new Message.Idle(new Lsn(received)));
        }
        LockSupport.parkNanos(IDLE_NANOS);
        return received;
    }

    private void hand(Message message) throws InterruptedException, SQLException {
        acquire(permits(message));
        while (!stopping && !queue.offer(message, 1, TimeUnit.SECONDS)) {
            stream.forceUpdateStatus();
        }
        if (message.bytes() > BYTES_BESIDE_OTHERS_MAX) {
            acquire(KILOBYTES_QUEUED_MAX);
            kilobytes.release(KILOBYTES_QUEUED_MAX);
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
