package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.move.Snapshot;
import godwit.postgres.Session;
import godwit.postgres.apply.StreamApplier;
import godwit.postgres.apply.StreamLimits;
import godwit.postgres.apply.StreamProgress;
import godwit.postgres.apply.StreamStart;
import godwit.postgres.capture.SlotReader;
import godwit.postgres.capture.StreamProtocol;
import godwit.postgres.copy.RangeJoin;
import godwit.postgres.copy.RangeLedger;
import godwit.postgres.copy.TableCopies;
import godwit.postgres.numbers.ObjectNumbers;
import godwit.schema.Table;
import godwit.schema.TableName;
import godwit.traffic.Writes;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Both streams of a run. The one that follows the side with the writes applies; the other only listens, so that it can
 * take over at a switch and notices foreign writers.
 */
final class Streams implements AutoCloseable {
    private final MoveContext context;
    private final List<Table> tables;
    private final Map<Side, StreamApplier> open = new EnumMap<>(Side.class);
    private boolean joining;
    private StreamLimits limits = StreamLimits.DEFAULT;
    private boolean paused;

    Streams(MoveContext context, List<Table> tables) {
        this.context = context;
        this.tables = List.copyOf(tables);
    }

    List<Table> tables() {
        return tables;
    }

    boolean isOpen(Side from) {
        return open.containsKey(from);
    }

    /** The stream that follows a side. */
    StreamApplier from(Side side) {
        var stream = open.get(side);
        if (stream == null) {
            throw new IllegalStateException("no stream follows the " + side.word());
        }
        return stream;
    }

    /**
     * Opens the stream that follows a side, to apply if that side has the writes. From now on no other worker can have
     * it; nothing is applied or confirmed before {@link #begin}.
     */
    void open(Side from, Writes writes) {
        var binary = tables.stream().allMatch(Table::isBinary);
        var progress = new StreamProgress(context.run(), MoveContext.direction(from));
        var session = context.openApplying(from.other(), "apply");
        session.keepAlone();
        var numbers = new ObjectNumbers(context.database(from), context.database(from.other()));
        try {
            var position = progress.claim(session).orElse(Lsn.ZERO);
            // Below the usual deadlock_timeout of 1 s: whoever else is in a circle with this session never loses.
            session.execute("SET lock_timeout = '700ms'");
            var applyFrom = writes == Writes.on(from) ? Optional.of(position) : Optional.<Lsn>empty();
            var join = join(from, session, position, numbers);
            joining |= !join.isEmpty();
            var start = new StreamStart(
                    from,
                    progress,
                    position,
                    applyFrom,
                    context.rows().written(from, tables),
                    copies(from, session),
                    join,
                    xidNear(from),
                    binary,
                    numbers);
            var source = context.streamSource(from, binary, protocol(progress, session, join));
            var reader = SlotReader.open(context.database(from), source, position);
            var opened = applier(reader, session, start);
            opened.touched().keepWithin(context.spec().limits().keyBytesMax());
            open.put(from, opened);
        } catch (RuntimeException e) {
            session.abort();
            numbers.close();
            throw e;
        }
    }

    /** Until the stream has passed them all, the copies of ranges may have what it brings. */
    private RangeJoin join(Side from, Session target, Lsn position, ObjectNumbers numbers) {
        return from == Side.SOURCE && position.isBefore(settledAt(target))
                ? RangeJoin.load(target, context.run(), context.source(), tables, numbers)
                : RangeJoin.none(context.database(from));
    }

    private Lsn settledAt(Session target) {
        return new RangeLedger(context.run()).settledAt(target);
    }

    /** Closes streams that are joined to copies which they have passed: they are opened again without. */
    void endJoining() {
        if (joining) {
            close();
            joining = false;
        }
    }

    /** Whether the forward stream has passed the snapshots of all ranges. */
    boolean isSettled() {
        try (var target = context.openBriefly(Side.TARGET, "look")) {
            return !from(Side.SOURCE).state().flushed().isBefore(settledAt(target));
        }
    }

    /**
     * As the move file says, unless a transaction has turned out to be one that cannot be staged, or rows may have to be
     * read again: what a transaction did can be read only when it has committed.
     */
    private StreamProtocol protocol(StreamProgress progress, Session session, RangeJoin join) {
        return !join.isEmpty() || progress.wantsWhole(session)
                ? StreamProtocol.WHOLE
                : StreamProtocol.of(context.spec().limits().streamProtocol());
    }

    /** A reader that nobody closes would keep the slot from all who come later. */
    private static StreamApplier applier(SlotReader reader, Session session, StreamStart start) {
        try {
            return new StreamApplier(reader, session, start);
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** From now on the streams, those that are opened later too, keep to this. */
    void heed(boolean pause, StreamLimits changed) {
        paused = pause;
        limits = changed;
        open.values().forEach(this::heedIn);
    }

    private void heedIn(StreamApplier stream) {
        stream.limit(limits);
        if (paused) {
            stream.control().pause();
        } else {
            stream.control().resume();
        }
    }

    void begin() {
        open.values().forEach(this::heedIn);
        open.values().forEach(StreamApplier::begin);
    }

    private Map<TableName, Snapshot> copies(Side from, Session target) {
        return from == Side.SOURCE ? TableCopies.snapshots(target, context.run()) : Map.of();
    }

    private long xidNear(Side from) {
        try (var followed = context.look(from)) {
            return followed.number("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
        }
    }

    /** Rows that the stream from a side was to change and that the other side did not have are evidence of a stranger. */
    void requireNoneMissing(Side from) {
        var missing = from(from).state().missingRows();
        if (missing > 0) {
            throw Problem.of(
                            "differences-open",
                            "%d rows that the stream changed were missing in the %s: somebody else has written there."
                                    .formatted(missing, from.other().word()),
                            "Find out who. godwit verify compares again, godwit repair mends; then switch again.")
                    .asException();
        }
    }

    /** Both sides were proven equal because somebody asked. */
    void forgetMissing(Side from) {
        if (from(from).state().missingRows() > 0) {
            try (var session = context.openApplying(from.other(), "verify")) {
                from(from).forgetMissingRows(session);
            }
        }
    }

    /** Waits until the stream from a side has brought all that is committed there now; the session is one of that side. */
    void catchUp(Session session, Side from, Duration limit) {
        var marker = UUID.randomUUID().toString();
        session.text("SELECT pg_logical_emit_message(true, ?, ?)::text", StreamApplier.MARKER, marker);
        from(from).control().awaitMarker(marker, limit);
    }

    /** Foreign transactions that the stream from this side has met since both sides were last proven equal. */
    long foreign(Side from) {
        return isOpen(from) ? from(from).state().foreign() : 0;
    }

    /** Both sides were proven equal: so many foreign transactions had been met before that was begun. */
    void forgetForeign(Side from, long seen) {
        if (seen > 0) {
            try (var session = context.openApplying(from.other(), "verify")) {
                from(from).forgetForeign(session, seen);
            }
        }
    }

    /** Throws what ended a stream, if one ended. */
    void requireAlive() {
        for (var stream : open.values()) {
            var failure = stream.control().failure();
            if (failure != null) {
                throw failure;
            }
        }
    }

    @Override
    public void close() {
        open.values().forEach(StreamApplier::close);
        open.clear();
    }
}
