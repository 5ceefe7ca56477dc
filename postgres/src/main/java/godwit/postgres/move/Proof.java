package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.apply.StreamApplier;
import godwit.postgres.apply.TableFile;
import godwit.postgres.verify.Comparer;
import godwit.postgres.verify.Repairer;
import godwit.postgres.verify.SnapshotSessions;
import godwit.postgres.verify.VerifyLimits;
import godwit.schema.Table;
import godwit.schema.TableName;
import godwit.verify.Verification;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads both sides at one position and compares them, while both are live.
 *
 * <p>A temporary slot of the leading side exports a snapshot that holds just the transactions that committed before the
 * slot's consistent point. The stream stands still before the slot is made, since it could otherwise be past that point
 * already; then it is taken there and held until the other side's snapshot exists. The slot is gone before reading
 * begins.
 *
 * <p>Where a transaction that stays open, anywhere on the server, keeps the slot from being made, a plain snapshot is
 * taken, and the stream is held before the first transaction that it does not see. Both sides are at one position then
 * unless commits became visible in another order than they are in the log. That can make equal sides look different,
 * never different ones equal, and the stream tells afterwards whether it was so: then they are compared again.
 */
final class Proof {
    private static final int ROUNDS_MAX = 20;
    private static final int ATTEMPTS_MAX = 5;
    private static final Duration SLOT_LIMIT = Duration.ofSeconds(3);
    private static final Duration REPAIR_LIMIT = Duration.ofSeconds(10);
    private static final Duration HOLD_LIMIT = Duration.ofMinutes(2);

    private static final Logger LOG = LoggerFactory.getLogger(Proof.class);

    private final MoveContext context;
    private final Streams streams;
    private final List<Table> tables;
    private final Map<String, Long> unnamed = new ConcurrentHashMap<>();
    private volatile @Nullable Comparer comparer;
    private volatile @Nullable Session writing;
    private volatile boolean cancelled;
    private boolean slotless;

    Proof(MoveContext context, Streams streams, List<Table> tables) {
        this.context = context;
        this.streams = streams;
        this.tables = List.copyOf(tables);
    }

    /** Whether the tables compared are kept from being truncated until they are read. */
    private enum Locking {
        NONE,
        BRIEF
    }

    /** Compares all tables; those that the application truncates meanwhile are compared again, at a later position. */
    Verification verify(UUID id, String phase, Side leader) {
        var result = compare(new Pass(id, phase, leader, tables, Locking.NONE, limits()));
        for (var round = 1; round < ROUNDS_MAX && !result.rewritten().isEmpty(); round++) {
            var again = result.rewritten();
            var left = tables.stream()
                    .filter(t -> again.contains(t.name().plain()))
                    .toList();
            result = result.completedBy(compare(new Pass(id, phase, leader, left, Locking.BRIEF, limits())));
        }
        return result;
    }

    /**
     * Compares some tables once more, alone: those that were written anew since all were compared.
     *
     * @throws godwit.GodwitException rewritten-since-verification, when they are not alike or are written anew meanwhile
     */
    void verifyAgain(Side leader, List<TableName> anew) {
        var some = tables.stream().filter(table -> anew.contains(table.name())).toList();
        var result = compare(new Pass(UUID.randomUUID(), "switch", leader, some, Locking.BRIEF, limits()));
        if (!result.isEqual()) {
            Rewrites.requireNone(anew);
        }
    }

    /** The columns with values that name objects which the other side lacks, and how many there are. */
    Map<String, Long> unnamed() {
        return Map.copyOf(unnamed);
    }

    private VerifyLimits limits() {
        return VerifyLimits.USUAL.holding(context.spec().limits().keyBytesMax());
    }

    private record Pass(UUID id, String phase, Side leader, List<Table> tables, Locking locking, VerifyLimits usual) {
        /** One session a side where it holds a lock: a second one would wait behind whoever waits for the first. */
        VerifyLimits limits() {
            return locking == Locking.NONE ? usual : new VerifyLimits(1, usual.rowsReportedMax(), usual.keyBytesMax());
        }

        Map<TableName, TableFile> only(Map<TableName, TableFile> files) {
            var some = new HashMap<>(files);
            some.keySet().retainAll(tables.stream().map(Table::name).toList());
            return some;
        }

        String lockSql() {
            return "LOCK TABLE "
                    + tables.stream().map(t -> "ONLY " + t.name().sql()).collect(Collectors.joining(", "))
                    + " IN ACCESS SHARE MODE";
        }
    }

    private Verification compare(Pass pass) {
        for (var attempt = 1; ; attempt++) {
            var result = compareOnce(pass);
            if (result.isPresent()) {
                return result.get();
            }
            if (attempt == ATTEMPTS_MAX) {
                throw Exported.none(context, pass.leader(), HOLD_LIMIT);
            }
        }
    }

    /** Empty when the sides were not at one position, and only therefore may differ. */
    private Optional<Verification> compareOnce(Pass pass) {
        requireWanted();
        var leader = pass.leader();
        var began = System.nanoTime();
        var control = streams.from(leader).control();
        control.holdAt(Lsn.ZERO);
        try (var here = exported(leader);
                var lead = lead(here, pass)) {
            here.letGo();
            holdAt(leader, here);
            LOG.info(
                    "{} tables are compared at {}, reached in {} ms",
                    pass.tables().size(),
                    here.position(),
                    (System.nanoTime() - began) / 1_000_000);
            try (var follow = follow(pass, lead.look(Rewrites::read))) {
                var result = comparer(lead, follow, pass)
                        .compare(pass.id(), pass.phase(), here.position().toString(), pass.tables());
                if (comparer instanceof Comparer done) {
                    unnamed.putAll(done.unnamed());
                }
                return result.isEqual() || wasAtOnePosition(here, leader) ? Optional.of(result) : Optional.empty();
            }
        } finally {
            control.release();
        }
    }

    private Exported exported(Side leader) {
        var bySlot = slotless ? Optional.<Exported>empty() : Exported.bySlot(context, leader, SLOT_LIMIT);
        slotless = bySlot.isEmpty();
        return bySlot.orElseGet(
                () -> Exported.plainly(context, leader, streams.from(leader).control()));
    }

    /**
     * With a brief lock the tables are locked at once, because each moment between the snapshot and the lock is one in
     * which they may be truncated.
     */
    private Imported lead(Exported here, Pass pass) {
        var first = pass.locking() == Locking.NONE
                ? List.<String>of()
                : List.of(
                        "SET LOCAL lock_timeout = '2s'",
                        "SET LOCAL idle_in_transaction_session_timeout = '30s'",
                        pass.lockSql());
        return Imported.open(
                context, pass.leader(), here.snapshot(), pass.limits().workersPerSide(), first);
    }

    /** The follower's sessions; with its snapshot taken the stream goes on, unless it would wait for the leader's lock. */
    private Imported follow(Pass pass, Map<TableName, TableFile> files) {
        try (var there = context.open(pass.leader().other(), "exporter")) {
            var snapshot = export(there);
            var touched = streams.from(pass.leader()).touched();
            var theirs = pass.only(Rewrites.read(there));
            if (pass.locking() == Locking.NONE) {
                touched.begin(pass.only(files), theirs);
                streams.from(pass.leader()).control().release();
            } else {
                touched.beginAgain(pass.only(files), theirs);
            }
            return Imported.open(
                    context, pass.leader().other(), snapshot, pass.limits().workersPerSide(), List.of());
        }
    }

    /** Whether what the stream brought after it was held was all unknown to the leader's snapshot. */
    private boolean wasAtOnePosition(Exported here, Side leader) {
        if (!here.isPlain()) {
            return true;
        }
        var control = streams.from(leader).control();
        control.release();
        var marker = UUID.randomUUID().toString();
        mark(leader, marker);
        control.awaitMarker(marker, HOLD_LIMIT);
        return !control.hasPassedLate();
    }

    private Comparer comparer(SnapshotSessions lead, SnapshotSessions follow, Pass pass) {
        var begun = new Comparer(lead, follow, pass.limits(), context.rows().compared(pass.leader()));
        comparer = begun;
        if (cancelled) {
            begun.cancel();
        }
        return begun;
    }

    /** Ends what another thread does: a comparison at its next piece, a repair with nothing written. */
    void cancel(Side leader) {
        cancelled = true;
        // Before the stream goes on: a row that it writes next must not be written again as it was.
        if (writing instanceof Session open) {
            open.abort();
        }
        if (comparer instanceof Comparer running) {
            running.cancel();
        }
        // Whoever waits for the stream to stand there waits no longer.
        if (streams.isOpen(leader)) {
            streams.from(leader).control().release();
        }
    }

    private void requireWanted() {
        if (cancelled) {
            throw Problem.of(
                            "verification-cancelled", "The verification was stopped before its end.", "Start it again.")
                    .asException();
        }
    }

    /**
     * Compares, and writes what differs to the side that does not have the writes, while its stream is held. That takes a
     * slot's snapshot: what the stream brings next must not be written twice.
     */
    long repair(UUID id, Side leader) {
        var control = streams.from(leader).control();
        control.holdAt(Lsn.ZERO);
        var pass = new Pass(id, "repair", leader, tables, Locking.NONE, limits());
        // The comparison closes its sessions, then the repair has its own.
        var sessions = 2 * pass.limits().workersPerSide() + 1;
        try (var here = Exported.bySlot(context, leader, REPAIR_LIMIT)
                        .orElseThrow(() -> Exported.none(context, leader, REPAIR_LIMIT));
                var lead = Imported.open(context, leader, here.snapshot(), sessions, List.of());
                var session = context.openApplying(leader.other(), "repair")) {
            writing = session;
            here.letGo();
            holdAt(leader, here);
            try (var follow = followHeld(pass)) {
                var found = comparer(lead, follow, pass)
                        .compare(id, "repair", here.position().toString(), tables);
                return write(session, lead, leader, found);
            }
        } finally {
            control.release();
        }
    }

    private Imported followHeld(Pass pass) {
        try (var there = context.open(pass.leader().other(), "exporter")) {
            return Imported.open(
                    context, pass.leader().other(), export(there), pass.limits().workersPerSide(), List.of());
        }
    }

    private long write(Session session, SnapshotSessions lead, Side leader, Verification found) {
        requireWanted();
        return session.transaction(s -> {
            s.text("SELECT pg_logical_emit_message(true, 'godwit.apply', ?)::text", context.run() + " repair");
            return new Repairer(lead, s.connection(), limits(), context.rows().compared(leader)).repair(tables, found);
        });
    }

    private void holdAt(Side leader, Exported here) {
        var control = streams.from(leader).control();
        here.hold(control);
        mark(leader, "verify");
        control.awaitHeld(HOLD_LIMIT);
    }

    private void mark(Side leader, String marker) {
        try (var session = context.open(leader, "verify")) {
            session.text("SELECT pg_logical_emit_message(true, ?, ?)::text", StreamApplier.MARKER, marker);
        }
    }

    private static String export(Session session) {
        session.begin();
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        return session.text("SELECT pg_export_snapshot()");
    }
}
