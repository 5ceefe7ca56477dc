package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Side;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Looks after the log that both servers keep for a run.
 *
 * <p>A slot that nobody reads fills the server's disk, which stops the application: before that the slot is dropped and
 * the run ends. A slot that the server gave up is told too; without it changes are lost.
 */
final class KeptLog {
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private static final String SLOT = """
            SELECT coalesce(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn), 0)::bigint,
              coalesce(wal_status, '') = 'lost'
            FROM pg_catalog.pg_replication_slots WHERE slot_name = ?""";

    private final MoveContext context;
    private final Map<Side, Long> kept = new EnumMap<>(Side.class);
    private long lookedAt = System.nanoTime();

    KeptLog(MoveContext context) {
        this.context = context;
    }

    private record Slot(long bytes, boolean isLost) {}

    /** Whether it is time to look again. */
    boolean isDue() {
        return System.nanoTime() - lookedAt > INTERVAL.toNanos();
    }

    /** Throws when a side has given a slot up, or keeps more log than it may: then the slot is dropped. */
    void requireRoom(Runnable closeStreams) {
        lookedAt = System.nanoTime();
        for (var side : Side.values()) {
            try {
                look(side).ifPresent(slot -> require(side, slot, closeStreams));
            } catch (GodwitException e) {
                // A server that does not answer now is asked again; who needs it meanwhile will tell.
                if (e.retry() != Retry.LATER) {
                    throw e;
                }
            }
        }
    }

    /** Throws when a side's slot, which has been made, is not there. */
    void requireSlot(Side side) {
        if (look(side).filter(slot -> !slot.isLost()).isEmpty()) {
            throw lost(side);
        }
    }

    private Optional<Slot> look(Side side) {
        try (var session = context.look(side)) {
            return session.first(SLOT, row -> new Slot(row.getLong(1), row.getBoolean(2)), context.streamName(side));
        }
    }

    private void require(Side side, Slot slot, Runnable closeStreams) {
        kept.put(side, slot.bytes());
        if (slot.isLost()) {
            throw lost(side);
        }
        var most = context.spec().limits().logKeptBytesMax();
        if (slot.bytes() > most) {
            closeStreams.run();
            new Slots(context).dropSlot(side);
            throw Problem.of(
                            "log-kept-too-large",
                            "The %s kept %d bytes of log for the run, more than the %d that it may; its slot is dropped."
                                    .formatted(side.word(), slot.bytes(), most),
                            "The changes since then are lost to the run: roll it back and start it again, with a"
                                    + " larger limits.logKeptBytesMax if the disk has room.")
                    .withObjects(java.util.List.of(context.streamName(side)))
                    .asException();
        }
    }

    private GodwitException lost(Side side) {
        return Problem.of(
                        "slot-lost",
                        "The replication slot %s is gone: changes since then cannot be had."
                                .formatted(context.streamName(side)),
                        "Roll the run back and start it again; look at max_slot_wal_keep_size.")
                .withObjects(java.util.List.of(context.streamName(side)))
                .asException();
    }

    /** The bytes of log that each side keeps for the run, by the side's word. */
    Map<String, Object> report() {
        var report = new java.util.LinkedHashMap<String, Object>();
        kept.forEach((side, bytes) -> report.put(side.word(), bytes));
        return report;
    }
}
