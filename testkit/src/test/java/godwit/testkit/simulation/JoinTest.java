package godwit.testkit.simulation;

import static godwit.testkit.fake.FakeTable.NOTES;
import static godwit.testkit.fake.FakeTable.PERSONS;
import static godwit.testkit.fake.FakeTable.row;
import static org.assertj.core.api.Assertions.assertThat;

import godwit.GodwitException;
import godwit.Retry;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.move.Tuple;
import godwit.testkit.fake.Databases;
import godwit.testkit.fake.FakeDatabase;
import godwit.testkit.fake.FakeLedger;
import godwit.testkit.fake.FakeMove;
import godwit.testkit.fake.FakeProcess;
import godwit.testkit.fake.FakeTable;
import godwit.testkit.fake.FakeTransaction;
import godwit.testkit.fake.Logged;
import godwit.testkit.fake.Logged.Origin;
import godwit.testkit.fake.Mistake;
import godwit.testkit.fake.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The join of copy and stream, against each history that is known to lose or double rows under an obvious rule. */
class JoinTest implements FakeDatabase.CommitWatcher {
    private static final Tuple ANNA = row(0, 10, 100);
    private static final Tuple BERT = row(1, 11, 101);

    private final Schedule schedule = new Schedule(1, () -> {});
    private final Databases databases =
            new Databases(new FakeDatabase(Side.SOURCE, this), new FakeDatabase(Side.TARGET, this));
    private final FakeDatabase source = databases.source();
    private final Script script = new Script();

    @BeforeEach
    void makeTables() {
        var tables = FakeTable.ALL.stream()
                .<Write>map(table -> new Write.Put("table " + table.name(), true))
                .toList();
        source.commit(Origin.GODWIT, tables);
    }

    @Test
    void aRowThatMovesToAPlaceThatWasReadIsNotMissed() {
        commit(new Write.Insert(PERSONS, ANNA, 3));
        script.after("read chunk", () -> commit(new Write.Update(PERSONS, ANNA, renamed(ANNA), 0)));

        assertThat(isEqual(Set.of())).isTrue();
    }

    @Test
    void aRowThatMovesToAPlaceThatWasReadIsMissedUnderASnapshotForEachChunk() {
        commit(new Write.Insert(PERSONS, ANNA, 3));
        script.after("read chunk", () -> commit(new Write.Update(PERSONS, ANNA, renamed(ANNA), 0)));

        assertThat(isEqual(Set.of(Mistake.SNAPSHOT_PER_CHUNK))).isFalse();
    }

    @Test
    void aRowThatMovesAwayFromAPlaceThatWasReadIsNotCopiedTwice() {
        commit(new Write.Insert(NOTES, ANNA, 0));
        script.after(
                "finish copy",
                () -> script.after("read chunk", () -> commit(new Write.Update(NOTES, ANNA, renamed(ANNA), 3))));

        assertThat(isEqual(Set.of())).isTrue();
    }

    @Test
    void aTableThatIsRewrittenBetweenTwoChunksIsCopiedAgain() {
        commit(new Write.Insert(PERSONS, ANNA, 3));
        script.after("read chunk", () -> commit(new Write.Rewrite(PERSONS)));

        assertThat(isEqual(Set.of())).isTrue();
    }

    @Test
    void aTableThatIsRewrittenBetweenTwoChunksLosesRowsWhenItsFileIsNotLookedAt() {
        commit(new Write.Insert(PERSONS, ANNA, 3));
        script.after("read chunk", () -> commit(new Write.Rewrite(PERSONS)));

        assertThat(isEqual(Set.of(Mistake.NO_FILE_CHECK))).isFalse();
    }

    @Test
    void aTableThatIsRewrittenBeforeItsFirstChunkIsReadIsCopiedAgain() {
        commit(new Write.Insert(PERSONS, ANNA, 0));
        script.after("begin copy", () -> commit(new Write.Rewrite(PERSONS)));

        assertThat(isEqual(Set.of())).isTrue();
    }

    @Test
    void aKeyThatIsGivenToAnotherRowBeforeTheCopyTakesItsValuesAlong() {
        commit(new Write.Insert(PERSONS, ANNA, 0), new Write.Insert(PERSONS, BERT, 1));
        script.before("export snapshot", this::giveAnnasKeyToBert);

        assertThat(isEqual(Set.of())).isTrue();
    }

    @Test
    void aKeyThatIsGivenToAnotherRowBeforeTheCopyIsAppliedTwiceWhenPositionsDecide() {
        commit(new Write.Insert(PERSONS, ANNA, 0), new Write.Insert(PERSONS, BERT, 1));
        script.before("export snapshot", this::giveAnnasKeyToBert);

        assertThat(isEqual(Set.of(Mistake.JOIN_BY_POSITION))).isFalse();
    }

    @Test
    void aRowWithoutKeyThatTheCopyHasIsNotAddedAgain() {
        script.before("export snapshot", () -> commit(new Write.Insert(NOTES, ANNA, 0)));

        assertThat(isEqual(Set.of())).isTrue();
    }

    @Test
    void aRowWithoutKeyIsDoubledWhenPositionsDecide() {
        script.before("export snapshot", () -> commit(new Write.Insert(NOTES, ANNA, 0)));

        assertThat(isEqual(Set.of(Mistake.JOIN_BY_POSITION))).isFalse();
    }

    @Test
    void aCommitThatHangsInTheLogWhenTheSlotIsMadeIsWaitedFor() {
        script.before("create slot", this::commitThatHangs);

        assertThat(isEqual(Set.of())).isTrue();
    }

    @Test
    void aCommitThatHangsInTheLogWhenTheSlotIsMadeIsLostWithoutTheBarrier() {
        script.before("create slot", this::commitThatHangs);

        assertThat(isEqual(Set.of(Mistake.NO_BARRIER))).isFalse();
    }

    @Test
    void aNumberThatACrashGivesToAnotherTransactionIsNotTakenForCopied() {
        script.before("export snapshot", this::rollBackUnflushed);
        script.before("build indexes", this::crashAndGoOn);

        assertThat(isEqual(Set.of())).isTrue();
    }

    @Test
    void aNumberThatACrashGivesToAnotherTransactionLosesItWhenTheCopyWasNotMadeLasting() {
        script.before("export snapshot", this::rollBackUnflushed);
        script.before("build indexes", this::crashAndGoOn);

        assertThat(isEqual(Set.of(Mistake.COPY_NOT_FLUSHED))).isFalse();
    }

    /** The same row with another unique value and the very same body, which the log then leaves out. */
    private static Tuple renamed(Tuple row) {
        return new Tuple(new byte[][] {row.value(FakeTable.ID), row(0, 20, 0).value(FakeTable.UNIQUE), row.value(2)});
    }

    private void giveAnnasKeyToBert() {
        var moved = new Tuple(new byte[][] {ANNA.value(FakeTable.ID), BERT.value(FakeTable.UNIQUE), BERT.value(2)});
        commit(new Write.Delete(PERSONS, ANNA), new Write.Update(PERSONS, BERT, moved, 1));
    }

    private void commit(Write... writes) {
        var transaction = began(writes);
        source.log(transaction);
        source.flush();
        source.end(transaction);
    }

    private FakeTransaction began(Write... writes) {
        var transaction = source.gate().begin();
        List.of(writes).forEach(write -> source.write(transaction, write));
        return transaction;
    }

    private void commitThatHangs() {
        var transaction = began(new Write.Insert(PERSONS, ANNA, 0));
        source.log(transaction);
        schedule.in(200, () -> source.end(transaction));
    }

    private void rollBackUnflushed() {
        source.end(began(new Write.Insert(PERSONS, BERT, 0)));
    }

    private void crashAndGoOn() {
        source.crash();
        source.start();
        commit(new Write.Insert(PERSONS, ANNA, 0));
    }

    /** Copies and follows; false when the sides differ in the end or the stream cannot be applied. */
    private boolean isEqual(Set<Mistake> mistakes) {
        var process = new FakeProcess(databases, script, new SimulatedPace(schedule, () -> {}), mistakes);
        var move = new FakeMove(World.RUN, process, new FakeLedger(schedule::now), to -> {});
        move.expand();
        repeated(move::fill);
        repeated(move::follow);
        try {
            for (var n = 0; n < 20; n++) {
                move.streams().step();
            }
            move.requireAlive();
        } catch (IllegalStateException | GodwitException e) {
            return false;
        }
        return FakeTable.ALL.stream()
                .allMatch(t -> source.rows()
                        .counted(t)
                        .equals(databases.target().rows().counted(t)));
    }

    private static void repeated(Runnable step) {
        var failures = new ArrayList<GodwitException>();
        while (failures.size() < 5) {
            try {
                step.run();
                return;
            } catch (GodwitException e) {
                assertThat(e.retry()).isEqualTo(Retry.LATER);
                failures.add(e);
            }
        }
    }

    @Override
    public void committed(Side side, Logged logged) {}

    @Override
    public void lost(Side side, Lsn from) {}
}
