package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.apply.StreamApplier;
import godwit.postgres.apply.StreamProgress;
import godwit.postgres.gate.Fence;
import godwit.traffic.CutoverActions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The effects of a cutover between two PostgreSQL databases with the gate as the fence. */
final class PostgresCutover implements CutoverActions {
    private static final Duration PATIENCE_WITH_WRITERS = Duration.ofSeconds(2);

    private final MoveContext context;
    private final Streams streams;
    private final Hook hook;
    private final Sequences sequences;
    private @Nullable Fence fence;

    PostgresCutover(MoveContext context, Streams streams, Hook hook) {
        this.context = context;
        this.streams = streams;
        this.hook = hook;
        this.sequences = new Sequences(context);
    }

    @Override
    public void checkBefore(Side from) {
        streams.requireAlive();
        try (var session = context.open(from, "switch")) {
            requireNoOldWriters(session, from);
            catchUpWithin(session, from, Duration.ofSeconds(30));
        }
    }

    /** Writers that are older than a moment are predicted to stay: they are waited for briefly, then named. */
    private void requireNoOldWriters(Session session, Side from) {
        var until = System.nanoTime() + PATIENCE_WITH_WRITERS.toNanos();
        for (var blockers = blockers(session, from); !blockers.isEmpty(); blockers = blockers(session, from)) {
            if (System.nanoTime() > until) {
                throw Problem.of(
                                "writers-too-old",
                                "%d transactions have been writing for longer than a switch may wait."
                                        .formatted(blockers.size()),
                                "Wait for these pids (0: prepared transactions) to end, or end them; then try again.")
                        .withPids(blockers)
                        .asException();
            }
            Patience.pause(Duration.ofMillis(100));
        }
    }

    private List<Integer> blockers(Session session, Side from) {
        var key = context.gate(from).lockKey();
        return session.query(
                """
                SELECT coalesce(l.pid, 0) FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.mode = 'ShareLock'
                  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND l.classid = ((?::bigint >> 32) & 4294967295)::oid AND l.objid = (?::bigint & 4294967295)::oid
                  AND (l.pid IS NULL AND EXISTS (SELECT FROM pg_prepared_xacts WHERE prepared < now() - interval '1 s')
                       OR a.xact_start < clock_timestamp() - interval '1 second')
                ORDER BY a.xact_start""",
                row -> row.getInt(1),
                key,
                key);
    }

    @Override
    public void rehearseRoute(Side from) {
        hook.call(from);
    }

    @Override
    public void advanceSequences(Side from) {
        sequences.advance(from);
    }

    @Override
    public void fence(Side from) {
        var raised = new Fence(context.open(from, "fence"), context.gate(from));
        fence = raised;
        raised.raise(context.spec().switching().pauseMillisMax(), context.spec().switching().fenceSecondsMax());
    }

    @Override
    public void catchUp(Side from) {
        try (var session = context.open(from, "switch")) {
            catchUpWithin(session, from, Duration.ofMillis(context.spec().switching().pauseMillisMax()));
        }
    }

    private void catchUpWithin(Session session, Side from, Duration limit) {
        var marker = UUID.randomUUID().toString();
        session.text("SELECT pg_logical_emit_message(true, ?, ?)::text", StreamApplier.MARKER, marker);
        streams.from(from).control().awaitMarker(marker, limit);
    }

    @Override
    public void compareUnderFence(Side from) {
        sequences.advance(from);
    }

    @Override
    public void recordWayBack(Side from) {
        var to = from.other();
        try (var gaining = context.open(to, "switch");
                var losing = context.openApplying(from, "switch")) {
            var position = Lsn.parse(gaining.text(
                    "SELECT pg_logical_emit_message(true, ?, ?)::text",
                    StreamApplier.MARKER,
                    UUID.randomUUID().toString()));
            losing.execute("SET synchronous_commit = on");
            new StreamProgress(context.run(), MoveContext.direction(to)).save(losing, position);
            streams.from(to).applyFrom(position);
        }
    }

    @Override
    public void decide(Side from, long epoch) {
        try (var raised = java.util.Objects.requireNonNull(fence)) {
            raised.decide(epoch);
            fence = null;
        }
    }

    @Override
    public void open(Side to, long epoch) {
        if (streams.isOpen(to.other())) {
            streams.from(to.other()).applyNothing();
        }
        try (var losing = context.open(to.other(), "switch")) {
            // A crash of that server could take back a decision whose commit was not flushed; this one is.
            context.gate(to.other()).setEpoch(losing, epoch);
        }
        try (var gaining = context.open(to, "switch")) {
            context.gate(to).setEpoch(gaining, epoch);
        }
    }

    @Override
    public void route(Side to) {
        hook.callUntilItWorks(to);
    }

    @Override
    public void undo(Side from) {
        if (fence != null) {
            try (var raised = fence) {
                fence = null;
                raised.lift();
            }
        }
        streams.from(from.other()).applyNothing();
    }
}
