package godwit.postgres.capture;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Lsn;
import godwit.postgres.Database;
import godwit.postgres.Session;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/** The driver's stream of a slot, and the connection that it comes through. */
record SlotStream(Session connection, PGReplicationStream stream) {
    private static final long IN_USE_NANOS_MAX = TimeUnit.SECONDS.toNanos(5);
    private static final long IN_USE_NANOS_BETWEEN = TimeUnit.MILLISECONDS.toNanos(50);

    /** As {@link SlotReader#open}. */
    static SlotStream open(Database database, StreamSource source, Lsn from) {
        var until = System.nanoTime() + IN_USE_NANOS_MAX;
        while (true) {
            try {
                return openOnce(database, source, from);
            } catch (GodwitException e) {
                if (!isInUse(e)
                        || System.nanoTime() > until
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LockSupport.parkNanos(IN_USE_NANOS_BETWEEN);
            }
        }
    }

    private static boolean isInUse(GodwitException e) {
        return e.getCause() instanceof SQLException cause && "55006".equals(cause.getSQLState());
    }

    private static SlotStream openOnce(Database database, StreamSource source, Lsn from) {
        var connection = database.openReplication("reader");
        try {
            var api = connection.connection().unwrap(PGConnection.class).getReplicationAPI();
            var options = api.replicationStream()
                    .logical()
                    .withSlotName(source.slot())
                    .withStartPosition(LogSequenceNumber.valueOf(from.value()))
                    .withStatusInterval(1, TimeUnit.SECONDS)
                    // Else the driver confirms by itself what it has received, when the server asks whether it is
                    // there.
                    .withAutomaticFlush(false)
                    .withSlotOption("proto_version", source.protocol().version())
                    .withSlotOption("publication_names", '"' + source.publication() + '"')
                    .withSlotOption("messages", true)
                    .withSlotOption("binary", source.binary());
            if (source.protocol() == StreamProtocol.STREAMED) {
                options.withSlotOption("streaming", "on");
            }
            return new SlotStream(connection, options.start());
        } catch (SQLException e) {
            connection.close();
            throw failed(connection, source, e);
        }
    }

    private static GodwitException failed(Session connection, StreamSource source, SQLException e) {
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
}
