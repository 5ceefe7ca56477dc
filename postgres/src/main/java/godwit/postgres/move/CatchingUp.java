package godwit.postgres.move;

import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.apply.StreamApplier;
import java.time.Duration;
import java.util.UUID;

/** How far the stream from the source is. */
final class CatchingUp {
    private static final long NEAR_BYTES = 1 << 20;
    private static final long NEAR_MICROS = 2_000_000;
    private static final Duration SNAPSHOTS_LIMIT = Duration.ofMinutes(10);

    private final MoveContext context;

    CatchingUp(MoveContext context) {
        this.context = context;
    }

    /** Whether so little waits that the rest of the target may be built. */
    boolean isNear(Streams streams) {
        try (var source = context.look(Side.SOURCE)) {
            var state = streams.from(Side.SOURCE).state();
            var now = Lsn.parse(source.text("SELECT pg_current_wal_lsn()::text"));
            var micros = source.number("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
            return now.bytesSince(state.flushed()) < NEAR_BYTES || micros - state.lastCommitAt() < NEAR_MICROS;
        }
    }

    /** A foreign key may point to a row that its table's copy was too early for: the stream has to bring it first. */
    void passAllSnapshots(Streams streams) {
        do {
            passNow(streams);
        } while (!streams.isSettled());
    }

    private void passNow(Streams streams) {
        var marker = UUID.randomUUID().toString();
        try (var source = context.look(Side.SOURCE)) {
            source.text("SELECT pg_logical_emit_message(true, ?, ?)::text", StreamApplier.MARKER, marker);
        }
        streams.from(Side.SOURCE).control().awaitMarker(marker, SNAPSHOTS_LIMIT);
    }
}
