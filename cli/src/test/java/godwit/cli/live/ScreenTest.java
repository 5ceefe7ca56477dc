package godwit.cli.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

    @Test
    void linesThatAreDrawnGiveWayToALineThatStaysAndComeBackBelowIt() {
        var screen = screen(new Terminal(true, 20, 24, true));

        screen.show(List.of("one", "two"));
        screen.say("stays");

        assertThat(text()).isEqualTo("one\ntwo\n\r\u001b[2A\u001b[Jstays\none\ntwo\n");
    }

    @Test
    void nothingIsDrawnWhereNothingCanBeDrawnOver() {
        var screen = screen(new Terminal(false, 20, 24, true));

        screen.show(List.of("one"));
        screen.say("stays");

        assertThat(text()).isEqualTo("stays\n");
    }

    @Test
    void aDrawnLineIsCutToTheTerminalsWidth() {
        var screen = screen(new Terminal(true, 5, 24, true));

        screen.show(List.of("123456789"));

        assertThat(text()).isEqualTo("1234\n");
    }

    @Test
    void aScreenThatFellSilentStaysSo() {
        var screen = screen(new Terminal(true, 20, 24, true));

        screen.fallSilent("the end");
        screen.say("too late");
        screen.show(List.of("too late"));

        assertThat(text()).isEqualTo("the end\n");
    }

    private Screen screen(Terminal terminal) {
        return new Screen(new PrintStream(seen, true, StandardCharsets.UTF_8), terminal);
    }

    private String text() {
        return seen.toString(StandardCharsets.UTF_8);
    }
}
