package godwit.testkit.fake;

import godwit.GodwitException;
import godwit.move.Conduct.Mode;
import godwit.move.Side;
import godwit.run.MoveSteps;
import godwit.run.Signals;
import godwit.run.Steering;
import godwit.run.Stopping;
import godwit.testkit.fake.Logged.Origin;
import godwit.traffic.CutoverActions;
import godwit.traffic.Journal;
import godwit.verify.Verification;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A move between two fake databases: each step of its life, one effect after the other. */
public final class FakeMove implements MoveSteps {
    private static final long BARRIER_MILLIS_MAX = 60_000;
    private static final long FENCE_MILLIS_MAX = 6_000;

    private final FakeProcess process;
    private final FakeStreams streams;
    private final FakeRemoval removal;
    private final UUID run;
    private final FakeLedger ledger;
    private final Route route;
    private @Nullable FakeCutover cutover;
    private Signals signals = new CalmSignals();

    /** @param ledger what is erased at the end of a rollback */
    public FakeMove(UUID run, FakeProcess process, FakeLedger ledger, Route route) {
        this.process = process;
        this.run = run;
        this.ledger = ledger;
        this.streams = new FakeStreams(process);
        this.removal = new FakeRemoval(run, process, ledger);
        this.route = route;
    }

    static String tableNote(FakeTable table) {
        return "table " + table.name();
    }

    /** What a run makes on the target. */
    static List<Write.Put> tables() {
        return FakeTable.ALL.stream()
                .map(t -> new Write.Put(tableNote(t), true))
                .toList();
    }

    public FakeStreams streams() {
        return streams;
    }

    @Override
    public Mode mode() {
        return process.mode();
    }

    @Override
    public void preflight() {}

    @Override
    public void expand() {
        listen(Side.SOURCE);
        process.does(
                Side.TARGET, "make tables", () -> process.databases().target().commit(Origin.GODWIT, tables()));
        guard(Side.TARGET);
    }

    /** Creates a side's slot, waits out whoever was writing then, and notes the position on the other side. */
    private void listen(Side side) {
        var from = process.databases().on(side);
        var to = process.databases().on(side.other());
        var note = FakeStream.progressNote(side);
        if (process.effect(to.side(), "look at position", () -> to.note(note).isPresent())) {
            return;
        }
        var slot = FakeStream.slot(side);
        process.does(side, "drop old slot", () -> from.slots().drop(slot));
        var position = process.effect(side, "create slot", () -> from.slots().create(slot));
        var after = process.effect(side, "look at transactions", from::nextXid);
        if (!process.makes(Mistake.NO_BARRIER)
                && !process.await(BARRIER_MILLIS_MAX, () -> from.snapshot().xmin() >= after)) {
            throw FakeProcess.passing("old-transactions", "Transactions that were open at the start have not ended.");
        }
        // A crash meanwhile takes back numbers and commits, and with them what the wait was about.
        process.does(side, "look at slot", () -> {});
        var saved = new Write.Put(note, position);
        process.does(to.side(), "save position", () -> to.commit(Origin.GODWIT, List.of(saved)));
    }

    /** Locks out writers for an instant, as CREATE TRIGGER does. */
    private void guard(Side side) {
        var database = process.databases().on(side);
        var lock = new FakeGate.Exclusive();
        try {
            while (!process.effect(
                            side, "wait for writers", () -> database.gate().ask(lock))
                    || !process.await(2000, database.gate()::isDrained)) {
                database.gate().release(lock);
                process.pace().pause(java.time.Duration.ofMillis(50));
            }
            process.does(side, "guard", () -> {
                if (lock.isBroken()) {
                    throw FakeProcess.lost(side);
                }
                database.commit(
                        Origin.GODWIT,
                        database.gate().epoch().isPresent()
                                ? List.of(new Write.Put(FakeGate.GUARDED, true))
                                : List.of(
                                        new Write.Put(FakeGate.EPOCH, Journal.FIRST_EPOCH),
                                        new Write.Put(FakeGate.GUARDED, true)));
            });
        } finally {
            database.gate().release(lock);
        }
    }

    @Override
    public void fill() {
        new FakeCopy(process).copy();
        process.does(
                Side.TARGET,
                "build indexes",
                () -> process.databases().target().commit(Origin.GODWIT, List.of(new Write.Put("indexes", true))));
    }

    @Override
    public void follow() {
        if (!process.makes(Mistake.FENCE_NOT_AWAITED)) {
            awaitNoFence();
        }
        var writes = leader();
        if (!streams.isOpen(Side.SOURCE)) {
            streams.open(Side.SOURCE, writes);
        }
        if (!streams.isOpen(Side.TARGET) && hasWayBack()) {
            streams.open(Side.TARGET, writes);
        }
        if (!process.makes(Mistake.GATES_READ_ONCE) && leader() != writes) {
            streams.close();
            throw FakeProcess.passing("writes-moved", "Another worker moved the writes just now.");
        }
        streams.begin();
    }

    /** A fence that another worker left may still decide: what the gates say counts only when it is gone. */
    private void awaitNoFence() {
        for (var side : Side.values()) {
            var database = process.databases().on(side);
            process.does(side, "look at fence", () -> {});
            if (!process.await(FENCE_MILLIS_MAX, () -> !database.gate().isFenced())) {
                throw FakeProcess.passing("fence-stands", "Another worker's fence stands.");
            }
        }
    }

    private boolean hasWayBack() {
        var source = process.databases().source();
        return process.effect(
                Side.SOURCE,
                "look at way back",
                () -> source.note(FakeStream.progressNote(Side.TARGET)).isPresent());
    }

    @Override
    public boolean isCaughtUp() {
        var source = process.databases().source();
        return !streams.from(Side.SOURCE).received().isBefore(source.flushed());
    }

    @Override
    public void finish() {
        guard(Side.SOURCE);
        listen(Side.TARGET);
        follow();
    }

    @Override
    public void requireAlive() {
        streams.requireAlive();
    }

    @Override
    public void requireRoom() {}

    @Override
    public Journal journal() {
        return new Journal(epoch(Side.SOURCE), epoch(Side.TARGET));
    }

    private OptionalLong epoch(Side side) {
        try {
            var gate = process.databases().on(side).gate();
            return process.effect(
                    side,
                    "read gate",
                    () -> gate.epoch().isPresent() || wasMade(side)
                            ? gate.epoch()
                            : OptionalLong.of(Journal.FIRST_EPOCH));
        } catch (GodwitException e) {
            return OptionalLong.empty();
        }
    }

    private boolean wasMade(Side side) {
        return (side == Side.TARGET || mode() == Mode.LIVE)
                && ledger.phase(run).filter(phase -> phase.hasGate(side)).isPresent();
    }

    @Override
    public CutoverActions cutover() {
        if (cutover == null) {
            cutover = new FakeCutover(process, streams, route);
        }
        return cutover;
    }

    @Override
    public CutoverActions rehearsal() {
        return new FakeRehearsal(cutover());
    }

    @Override
    public Signals signals() {
        return signals;
    }

    /** From now on these tell whether a switched run does well. */
    public void heed(Signals others) {
        signals = others;
    }

    @Override
    public void reopen() {
        streams.close();
        follow();
    }

    @Override
    public Verification verify(UUID id, String phase, Stopping stopping) {
        return new FakeProof(process, streams, stopping).verify(id, phase, leader());
    }

    /** The rows of fakes are soon compared: each switch does it. */
    @Override
    public boolean isProvenUntilNow(Side leader) {
        return false;
    }

    /** Nobody gets past the gate of fakes. */
    @Override
    public void requireNoForeignWriters() {}

    @Override
    public void requireNothingLeft() {}

    @Override
    public void requireNothingKnownLeft() {}

    @Override
    public Map<String, Object> remarks() {
        return Map.of();
    }

    private Side leader() {
        return switch (journal().writes()) {
            case SOURCE -> Side.SOURCE;
            case TARGET -> Side.TARGET;
            case UNKNOWN -> throw FakeProcess.passing("writes-unknown", "A server does not answer.");
        };
    }

    @Override
    public long repair(UUID id, Stopping stopping) {
        return new FakeProof(process, streams, stopping).repair(id, leader());
    }

    @Override
    public Map<String, Object> contract(boolean leaveWritable) {
        close();
        removal.contract(leaveWritable);
        return Map.of();
    }

    @Override
    public Map<String, Object> contractWithoutSource() {
        close();
        removal.contractWithoutSource();
        return Map.of();
    }

    /** Nobody else has anything in fakes. */
    @Override
    public void requireRemovable(boolean keepTarget) {}

    @Override
    public void remove(boolean keepTarget) {
        close();
        removal.remove(keepTarget);
    }

    @Override
    public void heed(Steering steering) {
        streams.pause(steering.isPaused());
    }

    @Override
    public Map<String, Object> live() {
        return Map.of();
    }

    @Override
    public void interrupt() {
        process.interrupt();
    }

    @Override
    public void close() {
        streams.close();
    }

    /** The servers notice that the process is gone, and end the fence that it may have left. */
    public void endSessions() {
        if (cutover != null) {
            cutover.endSessions();
        }
    }

    /** Where clients are told to write. */
    public interface Route {
        void lead(Side to);
    }
}
