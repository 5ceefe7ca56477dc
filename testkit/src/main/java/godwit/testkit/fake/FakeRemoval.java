package godwit.testkit.fake;

import godwit.move.Side;
import godwit.testkit.fake.Logged.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Takes away what a run made, at its end. */
final class FakeRemoval {
    private final UUID run;
    private final FakeProcess process;
    private final FakeLedger ledger;

    FakeRemoval(UUID run, FakeProcess process, FakeLedger ledger) {
        this.run = run;
        this.process = process;
        this.ledger = ledger;
    }

    void contract(boolean leaveWritable) {
        if (!leaveWritable) {
            commit(Side.SOURCE, "seal", List.of(new Write.Put("sealed", true)));
        }
        dropSlots();
        unguard(Side.TARGET);
        unguard(Side.SOURCE);
        forget(Side.SOURCE);
        forget(Side.TARGET);
    }

    void contractWithoutSource() {
        unguard(Side.TARGET);
        forget(Side.TARGET);
    }

    void remove(boolean keepTarget) {
        dropSlots();
        unguard(Side.SOURCE);
        forget(Side.SOURCE);
        if (process.makes(Mistake.UNGUARD_BEFORE_DROP)) {
            unguard(Side.TARGET);
        }
        if (!keepTarget) {
            FakeTable.ALL.forEach(this::drop);
        }
        unguard(Side.TARGET);
        forget(Side.TARGET);
        process.does(Side.TARGET, "ledger: forget", () -> ledger.forget(run));
    }

    private void drop(FakeTable table) {
        commit(
                Side.TARGET,
                "drop " + table.name(),
                List.of(new Write.Truncate(table), new Write.Remove(FakeMove.tableNote(table))));
    }

    private void dropSlots() {
        for (var side : Side.values()) {
            process.does(
                    side,
                    "drop slot",
                    () -> process.databases().on(side).slots().drop(FakeStream.slot(side)));
        }
    }

    private void unguard(Side side) {
        commit(side, "unguard", List.of(new Write.Remove(FakeGate.GUARDED)));
        commit(side, "drop gate", List.of(new Write.Remove(FakeGate.EPOCH)));
    }

    /** Removes the run's notes from a side. */
    private void forget(Side side) {
        var own = new ArrayList<Write>(
                List.of(new Write.Remove(FakeStream.progressNote(side.other())), new Write.Remove("indexes")));
        FakeTable.ALL.forEach(table -> own.add(new Write.Remove(FakeCopy.note(table))));
        commit(side, "forget", own);
    }

    private void commit(Side side, String name, List<Write> writes) {
        process.does(side, name, () -> process.databases().on(side).commit(Origin.ECHO, writes));
    }
}
