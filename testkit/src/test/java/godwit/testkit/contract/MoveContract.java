package godwit.testkit.contract;

import static godwit.testkit.fake.FakeTable.NOTES;
import static godwit.testkit.fake.FakeTable.PERSONS;
import static org.assertj.core.api.Assertions.assertThat;

import godwit.move.Side;
import godwit.run.MoveSteps;
import godwit.run.Stopping;
import godwit.testkit.fake.FakeTable;
import godwit.traffic.Cutover;
import godwit.traffic.Writes;
import godwit.verify.TableDifference;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What every move keeps: copy, streams, proof and cutover come to the same rows on fakes and on servers. */
interface MoveContract {
    /** A client with one transaction. */
    interface Client {
        Client insert(FakeTable table, int id, int unique, int body);

        /** Changes one row with an id; its body stays as it is and is not sent again. */
        Client change(FakeTable table, int id, int newId, int newUnique);

        /** Deletes one row with an id. */
        Client delete(FakeTable table, int id);

        Client truncate(FakeTable table);

        void commit();
    }

    /** Two databases with the tables of {@link FakeTable} in the source, and a run that moves them. */
    interface Ground {
        /** The run's steps in a new process. */
        MoveSteps process();

        /** All connections of the processes end, as when they are killed. */
        void kill();

        Client begin(Side side);

        /** Whether somebody who wants to write there is let in. */
        boolean takesWrites(Side side);

        /** Removes a row past the gate. */
        void damage(Side side, FakeTable table, int id);

        /** The rows of a table, sorted, each as "id,unique,body". */
        List<String> rows(Side side, FakeTable table);

        /** Whether anything but the tables is there. */
        boolean hasTraces(Side side);

        boolean hasTables(Side side);

        /** Does something while a step waits. */
        void during(Runnable step, Runnable meanwhile);

        void until(BooleanSupplier condition);
    }

    Ground ground();

    private void commit(Side side, Consumer<Client> work) {
        var client = ground().begin(side);
        work.accept(client);
        client.commit();
    }

    private void commit(Consumer<Client> work) {
        commit(Side.SOURCE, work);
    }

    private void some() {
        commit(c -> c.insert(PERSONS, 1, 10, 100).insert(PERSONS, 2, 20, 200).insert(PERSONS, 3, 30, 300));
        commit(c -> c.insert(NOTES, 1, 1, 1).insert(NOTES, 1, 1, 1).insert(NOTES, 2, 2, 2));
    }

    private MoveSteps following() {
        var steps = ground().process();
        steps.expand();
        steps.fill();
        steps.follow();
        return steps;
    }

    private MoveSteps ready() {
        some();
        var steps = following();
        ground().until(steps::isCaughtUp);
        steps.finish();
        return steps;
    }

    private boolean isInStep() {
        return FakeTable.ALL.stream()
                .allMatch(table -> ground().rows(Side.SOURCE, table).equals(ground().rows(Side.TARGET, table)));
    }

    private void requireRows(FakeTable table, String... rows) {
        ground().until(this::isInStep);
        assertThat(ground().rows(Side.TARGET, table)).containsExactly(rows);
    }

    private static void move(MoveSteps steps, Side from) {
        new Cutover(steps.cutover(), System::nanoTime, () -> {}).run(from, steps.journal());
    }

    @Test
    default void commitsBeforeBetweenAndAfterTheStepsAreThereOnce() {
        some();
        var steps = ground().process();
        steps.expand();
        commit(c -> c.delete(PERSONS, 1).insert(PERSONS, 4, 40, 400).insert(NOTES, 1, 1, 1));
        steps.fill();
        commit(c -> c.insert(PERSONS, 1, 11, 101).delete(NOTES, 2));
        steps.follow();
        commit(c -> c.delete(PERSONS, 3).delete(NOTES, 1));

        requireRows(PERSONS, "1,11,101", "2,20,200", "4,40,400");
        requireRows(NOTES, "1,1,1", "1,1,1");
        steps.close();
    }

    @Test
    default void aTransactionThatWasOpenWhenListeningBeganIsThereOnce() {
        some();
        var open = ground().begin(Side.SOURCE).insert(PERSONS, 5, 50, 500).insert(NOTES, 5, 5, 5);
        var steps = ground().process();
        ground().during(steps::expand, open::commit);
        steps.fill();
        steps.follow();

        requireRows(PERSONS, "1,10,100", "2,20,200", "3,30,300", "5,50,500");
        requireRows(NOTES, "1,1,1", "1,1,1", "2,2,2", "5,5,5");
        steps.close();
    }

    @Test
    default void keysAndUniqueValuesChangePlacesWithTheirBodies() {
        some();
        var steps = following();
        commit(c -> c.change(PERSONS, 1, 9, 99)
                .change(PERSONS, 2, 1, 10)
                .change(PERSONS, 9, 2, 20)
                .delete(PERSONS, 3)
                .insert(PERSONS, 3, 31, 301));
        commit(c -> c.change(NOTES, 1, 2, 2).change(NOTES, 2, 3, 3));

        requireRows(PERSONS, "1,10,200", "2,20,100", "3,31,301");
        assertThat(ground().rows(Side.TARGET, NOTES)).hasSize(3);
        steps.close();
    }

    @Test
    default void aTruncateComesBetweenWhatWasBeforeAndAfterIt() {
        some();
        var steps = following();
        commit(c -> c.insert(NOTES, 7, 7, 7));
        commit(c -> c.truncate(NOTES).insert(NOTES, 8, 8, 8));
        commit(c -> c.truncate(PERSONS));
        commit(c -> c.insert(PERSONS, 1, 1, 1));

        requireRows(NOTES, "8,8,8");
        requireRows(PERSONS, "1,1,1");
        steps.close();
    }

    @Test
    default void anotherProcessGoesOnWhereOneWasKilled() {
        some();
        var first = following();
        commit(c -> c.insert(NOTES, 4, 4, 4).insert(PERSONS, 4, 40, 400));
        ground().until(this::isInStep);
        ground().kill();
        commit(c -> c.insert(NOTES, 4, 4, 4).delete(PERSONS, 2));
        var second = ground().process();
        second.fill();
        second.follow();

        requireRows(NOTES, "1,1,1", "1,1,1", "2,2,2", "4,4,4", "4,4,4");
        requireRows(PERSONS, "1,10,100", "3,30,300", "4,40,400");
        first.close();
        second.close();
    }

    @Test
    default void theProofNamesTheTableThatDiffersAndARepairMendsIt() {
        var steps = ready();
        ground().until(this::isInStep);
        assertThat(steps.verify(UUID.randomUUID(), "before", Stopping.never()).isEqual())
                .isTrue();
        ground().damage(Side.TARGET, PERSONS, 2);

        var found = steps.verify(UUID.randomUUID(), "after damage", Stopping.never());

        assertThat(found.isEqual()).isFalse();
        assertThat(found.tables())
                .filteredOn(table -> table.differences() > 0)
                .extracting(TableDifference::table)
                .containsExactly(PERSONS.tableName());
        assertThat(steps.repair(UUID.randomUUID(), Stopping.never())).isPositive();
        assertThat(steps.verify(UUID.randomUUID(), "after repair", Stopping.never())
                        .isEqual())
                .isTrue();
        assertThat(isInStep()).isTrue();
        steps.close();
    }

    @Test
    default void writesAreTakenByOneSideAtATimeAndGoBackWithAllThatWasWritten() {
        var steps = ready();
        assertThat(ground().takesWrites(Side.SOURCE)).isTrue();
        assertThat(ground().takesWrites(Side.TARGET)).isFalse();

        move(steps, Side.SOURCE);

        assertThat(steps.journal().writes()).isEqualTo(Writes.TARGET);
        assertThat(ground().takesWrites(Side.SOURCE)).isFalse();
        assertThat(ground().takesWrites(Side.TARGET)).isTrue();
        steps.cutover().route(Side.TARGET);
        commit(Side.TARGET, c -> c.insert(NOTES, 6, 6, 6).insert(NOTES, 6, 6, 6).change(PERSONS, 1, 6, 60));
        requireRows(NOTES, "1,1,1", "1,1,1", "2,2,2", "6,6,6", "6,6,6");

        move(steps, Side.TARGET);

        assertThat(steps.journal().writes()).isEqualTo(Writes.SOURCE);
        steps.cutover().route(Side.SOURCE);
        commit(c -> c.delete(NOTES, 6));
        requireRows(NOTES, "1,1,1", "1,1,1", "2,2,2", "6,6,6");
        requireRows(PERSONS, "2,20,200", "3,30,300", "6,60,100");
        steps.close();
    }

    @Test
    default void aFenceThatIsUndoneDecidesNothing() {
        var steps = ready();
        var cutover = steps.cutover();
        cutover.checkBefore(Side.SOURCE);
        cutover.advanceSequences(Side.SOURCE);
        cutover.fence(Side.SOURCE);
        cutover.catchUp(Side.SOURCE);
        cutover.recordWayBack(Side.SOURCE);
        cutover.undo(Side.SOURCE);

        assertThat(steps.journal().writes()).isEqualTo(Writes.SOURCE);
        assertThat(ground().takesWrites(Side.TARGET)).isFalse();
        commit(c -> c.insert(PERSONS, 7, 70, 700));
        requireRows(PERSONS, "1,10,100", "2,20,200", "3,30,300", "7,70,700");
        move(steps, Side.SOURCE);
        assertThat(steps.journal().writes()).isEqualTo(Writes.TARGET);
        steps.close();
    }

    @Test
    default void aFenceEndsWithTheProcessThatHeldIt() {
        var steps = ready();
        steps.cutover().checkBefore(Side.SOURCE);
        steps.cutover().advanceSequences(Side.SOURCE);
        steps.cutover().fence(Side.SOURCE);
        assertThat(ground().takesWrites(Side.SOURCE)).isFalse();
        ground().kill();

        ground().until(() -> ground().takesWrites(Side.SOURCE));
        var second = ground().process();
        second.follow();
        assertThat(second.journal().writes()).isEqualTo(Writes.SOURCE);
        commit(c -> c.insert(PERSONS, 7, 70, 700));
        requireRows(PERSONS, "1,10,100", "2,20,200", "3,30,300", "7,70,700");
        second.close();
    }

    @Test
    default void aRemovedRunLeavesTheSourceAsItWasAndNothingElse() {
        var steps = ready();
        steps.remove(false);

        assertThat(ground().rows(Side.SOURCE, PERSONS)).containsExactly("1,10,100", "2,20,200", "3,30,300");
        assertThat(ground().takesWrites(Side.SOURCE)).isTrue();
        assertThat(ground().hasTables(Side.TARGET)).isFalse();
        assertThat(ground().hasTraces(Side.SOURCE)).isFalse();
        assertThat(ground().hasTraces(Side.TARGET)).isFalse();
    }

    @Test
    default void aContractedRunLeavesTheWritesOnTheTargetAndTheSourceSealed() {
        var steps = ready();
        move(steps, Side.SOURCE);
        steps.contract(false);

        assertThat(ground().takesWrites(Side.TARGET)).isTrue();
        assertThat(ground().takesWrites(Side.SOURCE)).isFalse();
        assertThat(ground().rows(Side.TARGET, PERSONS)).containsExactly("1,10,100", "2,20,200", "3,30,300");
        assertThat(ground().hasTraces(Side.SOURCE)).isFalse();
    }
}
