package godwit.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.move.Side;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class JournalTest {
    private static final OptionalLong UNREADABLE = OptionalLong.empty();

    @Test
    void theNewestDecisionSaysWhoTakesTheWrites() {
        assertThat(Journal.of(2, 2).writes()).isEqualTo(Writes.SOURCE);
        assertThat(Journal.of(3, 2).writes()).isEqualTo(Writes.TARGET);
        assertThat(Journal.of(3, 3).writes()).isEqualTo(Writes.TARGET);
        assertThat(Journal.of(3, 4).writes()).isEqualTo(Writes.SOURCE);
        assertThat(Journal.of(4, 4).writes()).isEqualTo(Writes.SOURCE);
    }

    @Test
    void aServerThatLostADecisionDoesNotWin() {
        assertThat(Journal.of(2, 3).writes()).isEqualTo(Writes.TARGET);
        assertThat(Journal.of(2, 3).openInError()).contains(Side.SOURCE);
        assertThat(Journal.of(4, 3).writes()).isEqualTo(Writes.SOURCE);
        assertThat(Journal.of(4, 3).openInError()).contains(Side.TARGET);
        for (var legal : List.of(Journal.of(2, 2), Journal.of(3, 2), Journal.of(3, 3), Journal.of(3, 4))) {
            assertThat(legal.openInError()).isEmpty();
        }
    }

    @Test
    void anOpenGateAloneSettlesTheQuestion() {
        assertThat(new Journal(OptionalLong.of(4), UNREADABLE).writes()).isEqualTo(Writes.SOURCE);
        assertThat(new Journal(UNREADABLE, OptionalLong.of(3)).writes()).isEqualTo(Writes.TARGET);
    }

    @Test
    void aClosedGateAloneLeavesItUnknown() {
        assertThat(new Journal(OptionalLong.of(3), UNREADABLE).writes()).isEqualTo(Writes.UNKNOWN);
        assertThat(new Journal(UNREADABLE, OptionalLong.of(4)).writes()).isEqualTo(Writes.UNKNOWN);
        assertThat(new Journal(UNREADABLE, UNREADABLE).writes()).isEqualTo(Writes.UNKNOWN);
    }

    @Test
    void noStepOfASwitchOpensBothSides() {
        for (var epoch = Journal.FIRST_EPOCH; epoch < 8; epoch++) {
            for (var other : new long[] {epoch, epoch + 1}) {
                var loserIsSource = epoch % 2 == 0;
                var source = loserIsSource ? other : epoch;
                var target = loserIsSource ? epoch : other;

                assertThat(Journal.opens(Side.SOURCE, source) && Journal.opens(Side.TARGET, target))
                        .isFalse();
            }
        }
    }
}
