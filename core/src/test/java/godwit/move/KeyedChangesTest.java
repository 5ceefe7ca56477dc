package godwit.move;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyedChangesTest {
    private final KeyedChanges changes = new KeyedChanges(new int[] {0});

    @Test
    void anInsertReplacesNothing() {
        changes.insert(row("1", "a"));

        assertThat(replaced()).isEmpty();
        assertThat(finals()).containsExactly("1=a");
    }

    @Test
    void anInsertThatIsDeletedAgainLeavesNothing() {
        changes.insert(row("1", "a"));
        changes.delete(row("1", null));

        assertThat(replaced()).isEmpty();
        assertThat(finals()).isEmpty();
    }

    @Test
    void aDeletedRowThatIsBornAgainReplacesTheOldOne() {
        changes.delete(row("1", null));
        changes.insert(row("1", "b"));

        assertThat(replaced()).containsExactly("1");
        assertThat(finals()).containsExactly("1=b");
    }

    @Test
    void keysThatSwapThroughAThirdKeepTheirOwnUnchangedValues() {
        changes.update(row("1", null), false, row("9", "~"));
        changes.update(row("2", null), false, row("1", "~"));
        changes.update(row("9", null), false, row("2", "~"));

        assertThat(replaced()).containsExactlyInAnyOrder("1", "2");
        assertThat(finals()).containsExactlyInAnyOrder("1=~ of 2", "2=~ of 1");
    }

    @Test
    void anUnchangedValueIsTakenFromAPendingImage() {
        changes.update(null, false, row("1", "new"));
        changes.update(null, false, row("1", "~"));

        assertThat(finals()).containsExactly("1=new");
    }

    @Test
    void theWholeOldRowFillsWhatTheLogLeftOut() {
        changes.update(row("1", "old"), true, row("1", "~"));

        assertThat(finals()).containsExactly("1=old");
    }

    @Test
    void aRowThatTakesTheKeyOfADeletedOneKeepsItsUnchangedValue() {
        changes.delete(row("0", null));
        changes.update(row("1", null), false, row("0", "~"));

        assertThat(replaced()).containsExactlyInAnyOrder("0", "1");
        assertThat(finals()).containsExactly("0=~ of 1");
    }

    private List<String> replaced() {
        return changes.replaced().stream().map(k -> text(k.value(0))).toList();
    }

    private List<String> finals() {
        return changes.finals().stream()
                .map(f -> text(f.row().value(0)) + "=" + value(f))
                .toList();
    }

    private static String value(KeyedChanges.Final f) {
        var base = f.base() == null ? "" : " of " + text(f.base().value(0));
        return f.row().isUnchanged(1) ? "~" + base : text(f.row().value(1));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    static Tuple row(String key, @Nullable String value) {
        var second = value == null ? Tuple.NULL : value.equals("~") ? Tuple.UNCHANGED : value.getBytes(UTF_8);
        return new Tuple(new byte[][] {key.getBytes(UTF_8), second});
    }
}
