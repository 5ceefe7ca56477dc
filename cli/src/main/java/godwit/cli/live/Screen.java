package godwit.cli.live;

import java.io.PrintStream;
import java.util.List;

/**
 * Where people watch: lines that stay, and below them, in a terminal, a few lines that are drawn over and over.
 *
 * <p>Used by several threads.
 */
public final class Screen {
    private static final String UP_AND_CLEAR = "\r\u001b[%dA\u001b[J";

    private final PrintStream out;
    private final Terminal terminal;
    private List<String> drawn = List.of();
    private boolean mute;

    public Screen(PrintStream out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Standard error, whatever it is. */
    public static Screen ofErrors() {
        return new Screen(System.err, Terminal.ofErrors(System.err));
    }

    public Terminal terminal() {
        return terminal;
    }

    /** Prints a line that stays, above those that are drawn. */
    public synchronized void say(String line) {
        if (!mute) {
            var below = drawn;
            erase();
            out.println(line);
            draw(below);
        }
    }

    /** Draws these lines over those that were drawn before; nothing where lines cannot be drawn over. */
    public synchronized void show(List<String> lines) {
        if (!mute && terminal.isLive()) {
            erase();
            draw(lines.stream().limit(terminal.lines() - 1).map(this::cut).toList());
        }
    }

    /** Takes the drawn lines away. */
    public synchronized void clear() {
        erase();
        out.flush();
    }

    /** Takes the drawn lines away, says one thing more, and is silent from then on. */
    public synchronized void fallSilent(String last) {
        erase();
        out.println(last);
        out.flush();
        mute = true;
    }

    private void erase() {
        if (!drawn.isEmpty()) {
            out.print(UP_AND_CLEAR.formatted(drawn.size()));
            drawn = List.of();
        }
    }

    private void draw(List<String> lines) {
        lines.forEach(out::println);
        out.flush();
        drawn = lines;
    }

    private String cut(String line) {
        return line.length() < terminal.columns() ? line : line.substring(0, terminal.columns() - 1);
    }
}
