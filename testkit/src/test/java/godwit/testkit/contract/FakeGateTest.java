package godwit.testkit.contract;

import godwit.Problem;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.testkit.fake.FakeDatabase;
import godwit.testkit.fake.FakeGate;
import godwit.testkit.fake.FakeTable;
import godwit.testkit.fake.Logged;
import godwit.testkit.fake.Logged.Origin;
import godwit.testkit.fake.Write;
import godwit.traffic.Journal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

class FakeGateTest implements GateContract, FakeDatabase.CommitWatcher {
    private final FakeDatabase database = new FakeDatabase(Side.SOURCE, this);
    private final FakeGate gate = database.gate();
    private final FakeGate.Exclusive fence = new FakeGate.Exclusive();

    FakeGateTest() {
        var notes = new ArrayList<Write>();
        FakeTable.ALL.forEach(table -> notes.add(new Write.Put("table " + table.name(), true)));
        notes.add(new Write.Put("gate", Journal.FIRST_EPOCH));
        notes.add(new Write.Put("guarded", true));
        database.commit(Origin.GODWIT, notes);
    }

    @Override
    public Writer writer() {
        var transaction = gate.begin();
        return new Writer() {
            @Override
            public Attempt write() {
                return switch (gate.enter(transaction)) {
                    case PASSES -> {
                        database.write(transaction, row());
                        yield Attempt.PASSED;
                    }
                    case WAITS -> Attempt.WAITED;
                    case REFUSED -> Attempt.REFUSED;
                };
            }

            @Override
            public void commit() {
                database.log(transaction);
                database.end(transaction);
            }
        };
    }

    private static Write row() {
        return new Write.Insert(FakeTable.NOTES, FakeTable.row(1, 1, 1), 0);
    }

    @Override
    public Writer exempt() {
        return new Writer() {
            @Override
            public Attempt write() {
                database.commit(Origin.ECHO, List.of(row()));
                return Attempt.PASSED;
            }

            @Override
            public void commit() {}
        };
    }

    @Override
    public LongSupplier epoch() {
        return () -> gate.epoch().orElseThrow();
    }

    @Override
    public boolean isFenced() {
        return gate.isFenced();
    }

    @Override
    public void raise() {
        if (!gate.ask(fence) || !gate.isDrained()) {
            gate.release(fence);
            throw Problem.of(
                            "writers-not-drained",
                            "Transactions that had begun to write did not end in time.",
                            "Try again.")
                    .asException();
        }
    }

    @Override
    public void decide(long epoch) {
        gate.setEpoch(epoch);
        lift();
    }

    @Override
    public void lift() {
        gate.release(fence);
    }

    @Override
    public void setEpoch(long epoch) {
        gate.setEpoch(epoch);
    }

    @Override
    public void committed(Side side, Logged logged) {}

    @Override
    public void lost(Side side, Lsn from) {}
}
