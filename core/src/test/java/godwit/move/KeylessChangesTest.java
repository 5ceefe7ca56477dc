package godwit.move;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeylessChangesTest {
    private final KeylessChanges changes = new KeylessChanges();

    @Test
    void copiesOfEqualRowsAreCounted() {
        changes.insert(KeyedChangesTest.row("1", "a"));
        changes.insert(KeyedChangesTest.row("1", "a"));
        changes.delete(KeyedChangesTest.row("1", "a"));

        assertThat(changes.copies().values()).containsExactly(1);
    }

    @Test
    void aDeleteBeforeTheInsertOfAnEqualRowLeavesNothingToDo() {
        changes.delete(KeyedChangesTest.row("1", "a"));
        changes.insert(KeyedChangesTest.row("1", "a"));

        assertThat(changes.isEmpty()).isTrue();
    }

    @Test
    void aNullAndAnEmptyTextAreDifferentRows() {
        changes.insert(KeyedChangesTest.row("1", ""));
        changes.delete(KeyedChangesTest.row("1", null));

        assertThat(changes.copies().values()).containsExactlyInAnyOrder(1, -1);
    }

    @Test
    void anUpdateTakesWhatTheLogLeftOutFromTheOldRow() {
        changes.update(KeyedChangesTest.row("1", "long"), true, KeyedChangesTest.row("1", "~"));

        assertThat(changes.isEmpty()).isTrue();
    }
}
