package godwit.cli.live;

import java.io.IOException;
import java.io.PrintStream;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * What standard error is connected to.
 *
 * @param isLive whether lines can be drawn over again
 * @param columns how wide it is
 * @param lines how high it is
 * @param isUnicode whether it shows more than ASCII
 */
public record Terminal(boolean isLive, int columns, int lines, boolean isUnicode) {
    private static final int USUAL_COLUMNS = 80;
    private static final int USUAL_LINES = 24;
    private static final int ASK_SECONDS_MAX = 2;

    /** Asks the system: the JDK itself only tells whether standard input and output are a terminal. */
    public static Terminal ofErrors(PrintStream errors) {
        var isUnicode = errors.charset().equals(StandardCharsets.UTF_8);
        try {
            var process = new ProcessBuilder("sh", "-c", "test -t 2 && stty size </dev/tty")
                    .redirectInput(new File("/dev/null"))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            if (!process.waitFor(ASK_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                return none(isUnicode);
            }
            var size = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip().split(" ");
            return new Terminal(
                    true, atLeast(USUAL_COLUMNS / 2, size[1]), atLeast(USUAL_LINES / 2, size[0]), isUnicode);
        } catch (IOException | NumberFormatException unknown) {
            return none(isUnicode);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return none(isUnicode);
        }
    }

    private static int atLeast(int least, String number) {
        return Math.max(least, Integer.parseInt(number));
    }

    private static Terminal none(boolean isUnicode) {
        return new Terminal(false, USUAL_COLUMNS, USUAL_LINES, isUnicode);
    }

    /** A bar of this width, filled by a share from 0 to 1. */
    String bar(double share, int width) {
        var filled = Math.clamp(Math.round(share * width), 0, width);
        return (isUnicode ? "█" : "#").repeat(filled) + (isUnicode ? "░" : ".").repeat(width - filled);
    }
}
