package godwit.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TuningTest {
    @Test
    void aSettingIsNamedByItsPathItsKeyOrWithDashes() {
        for (var name : new String[] {"throttle.rowsPerSecond", "rowsPerSecond", "rows-per-second"}) {
            assertThat(LiveSetting.named(name)).contains(LiveSetting.ROWS_PER_SECOND);
        }
        assertThat(LiveSetting.named("chunkBytes")).isEmpty();
    }

    @Test
    void whatPeopleSetWinsOverTheFileAndTheRestStays() {
        var file = Tuning.DEFAULT.with(LiveSetting.COPY_WORKERS, 8);

        var tuning = file.with(Map.of("throttle.rowsPerSecond", "1000"));

        assertThat(tuning.of(LiveSetting.ROWS_PER_SECOND)).isEqualTo(1000);
        assertThat(tuning.of(LiveSetting.COPY_WORKERS)).isEqualTo(8);
        assertThat(tuning.of(LiveSetting.LATENCY_MILLIS_MAX)).isEqualTo(500);
    }

    @Test
    void aValueThatIsNoNumberOrOutOfRangeIsRefused() {
        refuses("many", "wrong-type");
        refuses("0", "value-out-of-range");
        refuses("65", "value-out-of-range");
        assertThat(Tuning.number(LiveSetting.COPY_WORKERS, "64")).isEqualTo(64);
    }

    private static void refuses(String value, String code) {
        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> Tuning.number(LiveSetting.COPY_WORKERS, value))
                .satisfies(e -> assertThat(e.problem().code()).isEqualTo(code));
    }
}
