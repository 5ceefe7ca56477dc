package godwit.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.cli.live.Screen;
import godwit.cli.live.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DemonstrationTest {
    private static final Terminal PAPER = new Terminal(false, 80, 24, true);

    @Test
    void aSmallDatabaseMovesForwardBackAndForwardAgainWithoutALoss() {
        var seen = new ByteArrayOutputStream();
        var screen = new Screen(new PrintStream(seen, true, StandardCharsets.UTF_8), PAPER);
        var demonstration = new Demonstration(new DemoSettings(2000, 2, 4, false), screen);

        demonstration.run();

        var report = demonstration.report();
        assertThat(seen.toString(StandardCharsets.UTF_8)).doesNotContain("BROKEN");
        assertThat(report.keySet())
                .containsExactly("ok", "copy", "workload", "verification", "switch", "rollback", "invariants");
        assertThat(report).containsEntry("ok", true);
        assertThat(directions(report)).containsExactly("forward", "back", "forward");
        assertThat(seen.toString(StandardCharsets.UTF_8)).contains("Every promise held");
    }

    /** Two versions of an application on one server; the tables get their new shape, lose it and get it again. */
    @Test
    void aRegisterChangesWhileBothVersionsAreUsed() {
        var seen = new ByteArrayOutputStream();
        var screen = new Screen(new PrintStream(seen, true, StandardCharsets.UTF_8), PAPER);
        var demonstration = new ChangeDemonstration(new DemoSettings(3000, 4, 8, false), screen);

        demonstration.run();

        var report = demonstration.report();
        assertThat(seen.toString(StandardCharsets.UTF_8))
                .contains("Every promise held")
                .doesNotContain("BROKEN");
        assertThat(report.keySet())
                .containsExactly(
                        "ok", "workload", "longestWaitMillis", "backfill", "verification", "rollback", "invariants");
        assertThat(report).containsEntry("ok", true);
        assertThat(report.get("backfill")).asString().containsPattern("rows=[0-9]{4,}");
    }

    private static List<Object> directions(Map<String, Object> report) {
        var switches = report.get("switch") instanceof List<?> list ? list : List.of();
        return switches.stream()
                .<Object>map(each -> each instanceof Map<?, ?> one ? one.get("direction") : "")
                .toList();
    }
}
