package godwit.postgres.move;

import godwit.move.Side;
import godwit.postgres.gate.Fence;
import godwit.traffic.CutoverActions;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A cutover without effects: what only reads is done, and what would make writers wait takes as long as it would take.
 *
 * <p>So a rehearsal finds what a switch would be refused for, but for what the hook says and what only shows under a fence
 * or when sequences are set; its duration predicts the pause.
 */
final class RehearsedCutover implements CutoverActions {
    private final MoveContext context;
    private final Streams streams;
    private final PostgresCutover cutover;
    private final UnderFence underFence;
    private final LargeObjectCutover largeObjects;
    private @Nullable LastRows lastRows;
    private long until;

    RehearsedCutover(MoveContext context, Streams streams, PostgresCutover cutover) {
        this.context = context;
        this.streams = streams;
        this.cutover = cutover;
        this.underFence = new UnderFence(context);
        this.largeObjects = new LargeObjectCutover(context);
    }

    @Override
    public void checkBefore(Side from) {
        cutover.checkBefore(from);
    }

    @Override
    public long wayBackMillis(Side from) {
        return cutover.wayBackMillis(from);
    }

    /** The hook is not called: it is the people's own, and what it does is not known. */
    @Override
    public void rehearseRoute(Side from) {}

    @Override
    public void advanceSequences(Side from) {
        cutover.requireFits(from);
        largeObjects.rehearsePreparation(from, cutover.session(from), cutover.session(from.other()));
        underFence.prepare(cutover.session(from));
        cutover.requireNothingForeign(from);
        lastRows = LastRows.prepare(context, streams, from);
        cutover.requireFits(from);
    }

    /** Waits for the writers of this moment, as the drain does, and keeps no other waiting. */
    @Override
    public void fence(Side from) {
        var limit = context.spec().switching().pauseMillisMax();
        until = System.nanoTime() + Duration.ofMillis(limit).toNanos();
        for (var writers = writers(from); !writers.isEmpty(); writers.retainAll(writers(from))) {
            if (System.nanoTime() > until) {
                throw Fence.notDrained(context.gate(from).writers(cutover.session(from)), limit)
                        .asException();
            }
            Patience.pause(Duration.ofMillis(2));
        }
    }

    /** The transactions that hold the gate's lock, each by a name of its own. */
    private Set<String> writers(Side from) {
        var key = context.gate(from).lockKey();
        return cutover.session(from).query("""
                        SELECT virtualtransaction FROM pg_catalog.pg_locks
                        WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND mode = 'ShareLock'
                          AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
                          AND classid = ((?::bigint >> 32) & 4294967295)::oid
                          AND objid = (?::bigint & 4294967295)::oid""", row -> row.getString(1), key, key).stream()
                .collect(Collectors.toSet());
    }

    @Override
    public void catchUp(Side from) {
        cutover.catchUpWithin(cutover.session(from), from, Duration.ofNanos(Math.max(0, until - System.nanoTime())));
    }

    @Override
    public void compareUnderFence(Side from) {
        underFence.rehearse(cutover.session(from), cutover.session(from.other()));
        try (var rows = Objects.requireNonNull(lastRows)) {
            rows.rehearse();
            lastRows = null;
        }
        largeObjects.rehearse(from, cutover.session(from), cutover.session(from.other()));
    }

    @Override
    public Map<String, Object> account() {
        return Map.of();
    }

    @Override
    public void recordWayBack(Side from) {
        flush(from.other());
        flush(from);
    }

    /** Commits something that is nothing, and waits until it is flushed. */
    private void flush(Side side) {
        cutover.session(side).text("SELECT pg_catalog.pg_logical_emit_message(true, 'godwit.rehearsal', '')::text");
    }

    @Override
    public void decide(Side from, long epoch) {
        flush(from);
    }

    @Override
    public void open(Side to, long epoch) {
        flush(to.other());
        flush(to);
    }

    @Override
    public void route(Side to) {}

    @Override
    public void undo(Side from) {
        if (lastRows != null) {
            lastRows.close();
            lastRows = null;
        }
    }
}
