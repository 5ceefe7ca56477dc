package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.apply.OutsideRows;
import godwit.postgres.apply.StreamApplier;
import godwit.postgres.apply.StreamProgress;
import godwit.postgres.apply.TableFile;
import godwit.postgres.gate.Fence;
import godwit.postgres.gate.Writer;
import godwit.schema.Table;
import godwit.schema.TableName;
import godwit.traffic.CutoverActions;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The effects of a cutover between two PostgreSQL databases with the gate as the fence.
 *
 * <p>Its sessions are opened before the fence, since a connection made under it would lengthen everybody's wait.
 */
final class PostgresCutover implements CutoverActions, AutoCloseable {
    private static final long OLD_MILLIS = 1000;
    private static final Duration PATIENCE_WITH_APPLIER = Duration.ofSeconds(1);
    private static final Duration PATIENCE_WITH_WRITERS = Duration.ofSeconds(2);
    private static final Duration PATIENCE_WITH_WAY_BACK = Duration.ofSeconds(30);

    private final MoveContext context;
    private final Streams streams;
    private final Hook hook;
    private final Sequences sequences;
    private final Gates gates;
    private final UnderFence underFence;
    private final LargeObjectCutover largeObjects;
    private final ForeignWriters foreign;
    private final TargetDrift targetDrift;
    private final Map<Side, Session> sessions = new EnumMap<>(Side.class);
    private @Nullable Fence fence;
    private long fenceBegan;
    private OptionalLong decided = OptionalLong.empty();
    private @Nullable LastRows lastRows;
    private HeldTables held = HeldTables.NONE;
    private final Map<Side, Map<TableName, TableFile>> files = new EnumMap<>(Side.class);

    PostgresCutover(MoveContext context, Streams streams, Hook hook, ForeignWriters foreign, TargetDrift targetDrift) {
        this.context = context;
        this.streams = streams;
        this.hook = hook;
        this.sequences = new Sequences();
        this.gates = new Gates(context);
        this.underFence = new UnderFence(context);
        this.largeObjects = new LargeObjectCutover(context);
        this.foreign = foreign;
        this.targetDrift = targetDrift;
    }

    @Override
    public void checkBefore(Side from) {
        streams.requireAlive();
        streams.requireNoneMissing(from);
        close();
        for (var side : Side.values()) {
            var session = opened(side);
            // Shorter than a fence: whoever waits behind it may hold a lock that a look at the catalog wants.
            session.execute("SET lock_timeout = '1s'");
            sessions.put(side, session);
        }
        underFence.requireNoOpenDdl(session(from), from, PATIENCE_WITH_WRITERS);
        requireNothingLeft(from);
        gates.requireInForce(session(from), from);
        if (from == Side.SOURCE) {
            gates.requireInForce(
                    session(Side.TARGET),
                    Side.TARGET,
                    streams.tables().stream().map(Table::name).toList());
        }
        underFence.requireWritable(session(from.other()), from.other());
        underFence.requireNoSubscriptions(session(from), session(from.other()), from);
        requireNoOldWriters(session(from), from);
        catchUpWithin(session(from), from, Duration.ofSeconds(30));
    }

    /** Tables that were written anew while the others were compared would else keep the writes from moving. */
    private void proveWhatIsAnew(Side from) {
        var anew = rewritten(from);
        if (!anew.isEmpty()) {
            new Proof(context, streams, streams.tables()).verifyAgain(from, anew);
        }
    }

    private List<TableName> rewritten(Side from) {
        return Rewrites.since(
                session(from), session(from.other()), streams.from(from).touched());
    }

    private void requireNothingLeft(Side from) {
        if (from == Side.TARGET) {
            targetDrift.requireNothingLeft(session(from));
        } else {
            new Unfollowed(context).requireNone(session(from), from);
        }
    }

    /** The session of a side; after a crash, when a decided switch is finished, there is none yet. */
    Session session(Side side) {
        return sessions.computeIfAbsent(side, this::opened);
    }

    /** To go through large objects takes as long as they are large, and nothing is heard meanwhile. */
    private Session opened(Side side) {
        return context.spec().carriesLargeObjects()
                ? context.openApplying(side, "switch")
                : context.openApplyingBriefly(side, "switch");
    }

    /** Writers that are older than a moment are predicted to stay: they are waited for briefly, then named. */
    private void requireNoOldWriters(Session session, Side from) {
        var until = System.nanoTime() + PATIENCE_WITH_WRITERS.toNanos();
        for (var old = oldWriters(session, from); !old.isEmpty(); old = oldWriters(session, from)) {
            if (System.nanoTime() > until) {
                throw Problem.of(
                                "writers-too-old",
                                "%d transactions have been writing for longer than a switch may wait: %s."
                                        .formatted(old.size(), Writer.names(old)),
                                "Wait for these pids (0: prepared transactions, which pg_prepared_xacts has) to end, or end them; then try again.")
                        .withPids(Writer.pids(old))
                        .asException();
            }
            Patience.pause(Duration.ofMillis(100));
        }
    }

    private List<Writer> oldWriters(Session session, Side from) {
        return context.gate(from).writers(session).stream()
                .filter(writer -> writer.millis() > OLD_MILLIS)
                .toList();
    }

    /**
     * Refuses before anybody waits what would not fit: how long the stream takes now to bring what is committed is how
     * long it would take under the fence.
     */
    void requireFits(Side from) {
        var limit = pauseMillisMax();
        try {
            catchUpWithin(session(from), from, Duration.ofMillis(limit));
        } catch (GodwitException e) {
            if (!e.problem().code().equals("stream-not-caught-up")) {
                throw e;
            }
            throw Problem.of(
                            "does-not-fit",
                            "The stream is predicted to catch up in more than the %d ms that a switch may take."
                                    .formatted(limit),
                            "Wait for these pids, which hold it up, to end, or for a quieter moment; or raise"
                                    + " switch.pauseMillisMax.")
                    .withPids(holdingUp(from))
                    .asException(e);
        }
    }

    /** Those who keep the applying session from its locks, and those who write at present: what they wrote is to come. */
    private List<Integer> holdingUp(Side from) {
        var until = System.nanoTime() + PATIENCE_WITH_APPLIER.toNanos();
        var blocking = blocking(from.other());
        // Between two attempts the applying session waits for nobody.
        while (blocking.isEmpty() && System.nanoTime() < until) {
            Patience.pause(Duration.ofMillis(50));
            blocking = blocking(from.other());
        }
        var writing = Writer.pids(context.gate(from).writers(session(from)));
        return Stream.concat(blocking.stream(), writing.stream()).distinct().toList();
    }

    private List<Integer> blocking(Side gaining) {
        return session(gaining).query("""
                SELECT DISTINCT b.pid FROM pg_catalog.pg_stat_activity a
                CROSS JOIN LATERAL unnest(pg_catalog.pg_blocking_pids(a.pid)) AS b (pid)
                WHERE a.datname = current_database() AND a.application_name = 'godwit apply' ORDER BY 1""", row -> row.getInt(1));
    }

    private int pauseMillisMax() {
        return context.spec().switching().pauseMillisMax();
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
        requireFits(from);
        if (from == Side.SOURCE) {
            targetDrift.begin(session(Side.TARGET));
        }
        largeObjects.prepare(from, session(from), session(from.other()));
        sequences.advance(session(from), session(from.other()));
        underFence.prepare(session(from));
        // What has come while both sides were compared; what comes from now on is seen under the fence.
        requireNothingLeft(from);
        proveWhatIsAnew(from);
        prepareLastRows(from);
        for (var side : Side.values()) {
            files.put(side, Rewrites.read(session(side), streams.tables()));
        }
        wayBackMillis(from);
        foreign.requireNone(from);
        held = HeldTables.of(session(from), context.gate(from), from);
        fence = new Fence(context.open(from, "fence"), context.gate(from));
        requireFits(from);
    }

    void requireNothingForeign(Side from) {
        foreign.requireNone(from);
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
        raised.raise(pauseMillisMax(), context.spec().switching().fenceSecondsMax());
    }

    /** What the drain has left of the time that writers may have to wait in all. */
    private Duration left() {
        var left = Duration.ofMillis(pauseMillisMax()).minusNanos(System.nanoTime() - fenceBegan);
        if (left.isNegative()) {
            throw Problem.of(
                            "pause-too-long",
                            "Writers would have had to wait for longer than %d ms, so the switch undid itself."
                                    .formatted(pauseMillisMax()),
                            "Switch again when the servers are less busy, or raise switch.pauseMillisMax.")
                    .asException();
        }
        return left;
    }

    @Override
    public void catchUp(Side from) {
        catchUpWithin(session(from), from, left());
    }

    void catchUpWithin(Session session, Side from, Duration limit) {
        streams.catchUp(session, from, limit);
    }

    @Override
    public void compareUnderFence(Side from) {
        var standing = Objects.requireNonNull(fence);
        standing.renew();
        try {
            held.take(standing, session(from), streams.tables());
            foreign.requireNone(from);
            underFence.require(session(from), session(from.other()), from);
            Rewrites.requireNone(rewritten(from));
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
        left();
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
        // All that differs from here on comes by the stream, where each row was proven to be alike: nobody can write.
        var touched = streams.from(to).touched();
        touched.begin(Objects.requireNonNull(files.get(to)), Objects.requireNonNull(files.get(from)));
        if (Objects.requireNonNull(lastRows).isComplete()
                && streams.from(from).touched().isProven()) {
            touched.proven();
        }
        streams.from(to).applyFrom(position);
    }

    @Override
    public void decide(Side from, long epoch) {
        left();
        if (!held.holdsAll()) {
            Rewrites.requireNone(rewritten(from));
        }
        try (var raised = Objects.requireNonNull(fence)) {
            raised.decide(epoch);
            decided = OptionalLong.of(epoch);
            fence = null;
        }
    }

    @Override
    public void open(Side to, long epoch) {
        if (streams.isOpen(to.other())) {
            streams.from(to.other()).applyNothing();
        }
        // Whoever did not see the decision's commit return does not know whether it is flushed; a crash could take it
        // back.
        if (!decided.equals(OptionalLong.of(epoch))) {
            context.gate(to.other()).setEpoch(session(to.other()), epoch);
        }
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
