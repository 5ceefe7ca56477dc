package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.apply.OutsideRows;
import godwit.postgres.apply.StreamApplier;
import godwit.postgres.apply.StreamProgress;
import godwit.postgres.gate.Fence;
import godwit.traffic.CutoverActions;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The effects of a cutover between two PostgreSQL databases with the gate as the fence.
 *
 * <p>Its sessions are opened before the fence, since a connection made under it would lengthen everybody's wait.
 */
final class PostgresCutover implements CutoverActions, AutoCloseable {
    private static final Duration PATIENCE_WITH_WRITERS = Duration.ofSeconds(2);
    private static final Duration PATIENCE_WITH_WAY_BACK = Duration.ofSeconds(30);

    private final MoveContext context;
    private final Streams streams;
    private final Hook hook;
    private final Sequences sequences;
    private final UnderFence underFence;
    private final LargeObjectCutover largeObjects;
    private final ForeignWriters foreign;
    private final Map<Side, Session> sessions = new EnumMap<>(Side.class);
    private @Nullable Fence fence;
    private long fenceBegan;
    private @Nullable LastRows lastRows;

    PostgresCutover(MoveContext context, Streams streams, Hook hook, ForeignWriters foreign) {
        this.context = context;
        this.streams = streams;
        this.hook = hook;
        this.sequences = new Sequences();
        this.underFence = new UnderFence(context);
        this.largeObjects = new LargeObjectCutover(context);
        this.foreign = foreign;
    }

    @Override
    public void checkBefore(Side from) {
        streams.requireAlive();
        streams.requireNoneMissing(from);
        close();
        for (var side : Side.values()) {
            var session = context.openApplying(side, "switch");
            // Shorter than a fence: whoever waits behind it may hold a lock that a look at the catalog wants.
            session.execute("SET lock_timeout = '1s'");
            sessions.put(side, session);
        }
        new Unfollowed(context).requireNone(session(from), from);
        requireNoOldWriters(session(from), from);
        catchUpWithin(session(from), from, Duration.ofSeconds(30));
    }

    /** The session of a side; after a crash, when a decided switch is finished, there is none yet. */
    Session session(Side side) {
        return sessions.computeIfAbsent(side, s -> context.openApplying(s, "switch"));
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
        return session.query("""
                SELECT coalesce(l.pid, 0) FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.mode = 'ShareLock'
                  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND l.classid = ((?::bigint >> 32) & 4294967295)::oid AND l.objid = (?::bigint & 4294967295)::oid
                  AND (l.pid IS NULL AND EXISTS (SELECT FROM pg_prepared_xacts WHERE prepared < now() - interval '1 s')
                       OR a.xact_start < clock_timestamp() - interval '1 second')
                ORDER BY a.xact_start""", row -> row.getInt(1), key, key);
    }

    @Override
    public long wayBackMillis(Side from) {
        var began = System.nanoTime();
        catchUpWithin(session(from.other()), from.other(), PATIENCE_WITH_WAY_BACK);
        return Math.ceilDiv(System.nanoTime() - began, 1_000_000L);
    }

    @Override
    public void rehearseRoute(Side from) {
        hook.call(from);
    }

    @Override
    public void advanceSequences(Side from) {
        largeObjects.prepare(from, session(from), session(from.other()));
        sequences.advance(session(from), session(from.other()));
        underFence.prepare(session(from));
        prepareLastRows(from);
        wayBackMillis(from);
        foreign.requireNone(from);
        fence = new Fence(context.open(from, "fence"), context.gate(from));
        catchUpWithin(session(from), from, Duration.ofSeconds(30));
    }

    private void prepareLastRows(Side from) {
        if (lastRows != null) {
            lastRows.close();
        }
        lastRows = LastRows.prepare(context, streams, from);
    }

    @Override
    public void fence(Side from) {
        var raised = Objects.requireNonNull(fence);
        fenceBegan = System.nanoTime();
        raised.raise(
                context.spec().switching().pauseMillisMax(),
                context.spec().switching().fenceSecondsMax());
    }

    @Override
    public void catchUp(Side from) {
        catchUpWithin(
                session(from),
                from,
                Duration.ofMillis(context.spec().switching().pauseMillisMax()));
    }

    void catchUpWithin(Session session, Side from, Duration limit) {
        var marker = UUID.randomUUID().toString();
        session.text("SELECT pg_logical_emit_message(true, ?, ?)::text", StreamApplier.MARKER, marker);
        streams.from(from).control().awaitMarker(marker, limit);
    }

    @Override
    public void compareUnderFence(Side from) {
        var standing = Objects.requireNonNull(fence);
        standing.renew();
        try {
            foreign.requireNone(from);
            underFence.require(session(from), session(from.other()), from);
            standing.renew();
            Objects.requireNonNull(lastRows).requireAlike();
            largeObjects.underFence(from, session(from), session(from.other()), fenceBegan);
        } catch (GodwitException e) {
            // Where the fence has ended, writers have come in, and what differs then is not what is wrong.
            standing.renew();
            throw e;
        }
    }

    @Override
    public Map<String, Object> account() {
        return lastRows == null ? Map.of() : lastRows.account();
    }

    @Override
    public void recordWayBack(Side from) {
        var to = from.other();
        var position = Lsn.parse(session(to)
                .text(
                        "SELECT pg_logical_emit_message(true, ?, ?)::text",
                        StreamApplier.MARKER,
                        UUID.randomUUID().toString()));
        session(from).execute("SET synchronous_commit = on");
        new StreamProgress(context.run(), MoveContext.direction(to)).save(session(from), position);
        if (to == Side.TARGET) {
            new OutsideRows(context.run()).forget(session(from));
        }
        streams.from(to).touched().forget();
        streams.from(to).applyFrom(position);
    }

    @Override
    public void decide(Side from, long epoch) {
        try (var raised = Objects.requireNonNull(fence)) {
            raised.decide(epoch);
            fence = null;
        }
    }

    @Override
    public void open(Side to, long epoch) {
        if (streams.isOpen(to.other())) {
            streams.from(to.other()).applyNothing();
        }
        // A crash of the losing server could take back a decision whose commit was not flushed; this one is.
        context.gate(to.other()).setEpoch(session(to.other()), epoch);
        context.gate(to).setEpoch(session(to), epoch);
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

    @Override
    public void close() {
        if (fence != null) {
            fence.close();
            fence = null;
        }
        if (lastRows != null) {
            lastRows.close();
            lastRows = null;
        }
        sessions.values().forEach(Session::abort);
        sessions.clear();
    }
}
