package godwit.testkit.contract;

import static godwit.testkit.fake.FakeTable.BODY;
import static godwit.testkit.fake.FakeTable.ID;

import godwit.move.Lsn;
import godwit.move.Side;
import godwit.move.Tuple;
import godwit.run.MoveSteps;
import godwit.run.Pace;
import godwit.testkit.fake.Databases;
import godwit.testkit.fake.Effects;
import godwit.testkit.fake.FakeDatabase;
import godwit.testkit.fake.FakeGate;
import godwit.testkit.fake.FakeLedger;
import godwit.testkit.fake.FakeMove;
import godwit.testkit.fake.FakeProcess;
import godwit.testkit.fake.FakeTable;
import godwit.testkit.fake.FakeTransaction;
import godwit.testkit.fake.Logged;
import godwit.testkit.fake.Logged.Origin;
import godwit.testkit.fake.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;

class FakeMoveTest implements MoveContract, MoveContract.Ground, FakeDatabase.CommitWatcher {
    private static final int TURNS_MAX = 10_000;

    private final UUID run = UUID.randomUUID();
    private final Turns turns = new Turns();
    private final FakeLedger ledger = new FakeLedger(turns::nanos);
    private final Databases databases =
            new Databases(new FakeDatabase(Side.SOURCE, this), new FakeDatabase(Side.TARGET, this));
    private Optional<FakeProcess> process = Optional.empty();
    private Optional<FakeMove> move = Optional.empty();

    FakeMoveTest() {
        var tables = FakeTable.ALL.stream()
                .map(table -> new Write.Put("table " + table.name(), true))
                .toList();
        databases.source().commit(Origin.CLIENT, tables);
    }

    /** Time that passes when somebody waits; the streams apply meanwhile. */
    private final class Turns implements Pace {
        private long nanos;
        private Optional<Runnable> meanwhile = Optional.empty();

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void pause(Duration time) {
            nanos += time.toNanos();
            var next = meanwhile;
            meanwhile = Optional.empty();
            next.ifPresent(Runnable::run);
            move.ifPresent(m -> m.streams().step());
        }

        @Override
        public void wake(Thread pausing) {}

        @Override
        public void beside(Runnable work) {
            throw new UnsupportedOperationException("no step begins a thread");
        }
    }

    private static final class NothingHappens implements Effects {
        @Override
        public void before(String effect) {}

        @Override
        public void after(String effect) {}
    }

    private record FakeClient(FakeDatabase database, FakeTransaction transaction) implements Client {
        private FakeClient write(Write write) {
            if (database.gate().enter(transaction) != FakeGate.Entry.PASSES) {
                throw new IllegalStateException("not let in");
            }
            database.write(transaction, write);
            return this;
        }

        private Tuple row(FakeTable table, int id) {
            return database.seenBy(transaction).of(table).stream()
                    .filter(row -> FakeTable.number(row, ID) == id)
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public Client insert(FakeTable table, int id, int unique, int body) {
            return write(new Write.Insert(table, FakeTable.row(id, unique, body), id % 4));
        }

        @Override
        public Client change(FakeTable table, int id, int newId, int newUnique) {
            var before = row(table, id);
            var after = FakeTable.row(newId, newUnique, 0);
            var kept = new Tuple(new byte[][] {after.value(ID), after.value(FakeTable.UNIQUE), before.value(BODY)});
            return write(new Write.Update(table, before, kept, newId % 4));
        }

        @Override
        public Client delete(FakeTable table, int id) {
            return write(new Write.Delete(table, row(table, id)));
        }

        @Override
        public Client truncate(FakeTable table) {
            return write(new Write.Truncate(table));
        }

        @Override
        public void commit() {
            database.log(transaction);
            database.flush();
            database.end(transaction);
        }
    }

    @Override
    public Ground ground() {
        return this;
    }

    @Override
    public MoveSteps process() {
        var begun = new FakeProcess(databases, new NothingHappens(), turns, Set.of());
        var steps = new FakeMove(run, begun, ledger, side -> {});
        process = Optional.of(begun);
        move = Optional.of(steps);
        return steps;
    }

    @Override
    public void kill() {
        process.ifPresent(FakeProcess::kill);
        move.ifPresent(FakeMove::endSessions);
    }

    @Override
    public Client begin(Side side) {
        var database = databases.on(side);
        return new FakeClient(database, database.gate().begin());
    }

    @Override
    public boolean takesWrites(Side side) {
        var gate = databases.on(side).gate();
        return gate.takesWrites() && !gate.isFenced();
    }

    @Override
    public void damage(Side side, FakeTable table, int id) {
        var database = databases.on(side);
        var row = database.rows().of(table).stream()
                .filter(r -> FakeTable.number(r, ID) == id)
                .findFirst()
                .orElseThrow();
        database.commit(Origin.ECHO, List.of(new Write.Delete(table, row)));
    }

    @Override
    public List<String> rows(Side side, FakeTable table) {
        var all = new ArrayList<String>();
        databases.on(side).rows().counted(table).forEach((row, times) -> {
            for (var copy = 0; copy < times; copy++) {
                all.add(row);
            }
        });
        return all.stream().sorted().toList();
    }

    @Override
    public boolean hasTraces(Side side) {
        return !databases.on(side).slots().names().isEmpty()
                || databases.on(side).notes().keySet().stream()
                        .anyMatch(note -> !note.startsWith("table ") && !note.equals("sealed"));
    }

    @Override
    public boolean hasTables(Side side) {
        return databases.on(side).notes().keySet().stream().anyMatch(note -> note.startsWith("table "));
    }

    @Override
    public void during(Runnable step, Runnable meanwhile) {
        turns.meanwhile = Optional.of(meanwhile);
        step.run();
    }

    @Override
    public void until(BooleanSupplier condition) {
        for (var turn = 0; !condition.getAsBoolean(); turn++) {
            if (turn == TURNS_MAX) {
                throw new AssertionError("it does not come about");
            }
            turns.pause(Duration.ofMillis(10));
        }
    }

    @Override
    public void committed(Side side, Logged logged) {}

    @Override
    public void lost(Side side, Lsn from) {}
}
