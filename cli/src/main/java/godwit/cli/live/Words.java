package godwit.cli.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Numbers as people read them. */
public final class Words {
    private static final String[] SIZES = {"B", "kB", "MB", "GB", "TB"};

    private static final Pattern LABEL = Pattern.compile("( *\\w+  +| +)");

    private Words() {}

    /** With commas between thousands. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    public static String bytes(long bytes) {
        var size = (double) bytes;
        var unit = 0;
        for (; size >= 1000 && unit < SIZES.length - 1; unit++) {
            size /= 1000;
        }
        return String.format(Locale.ROOT, size < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", size, SIZES[unit]);
    }

    public static String millis(double millis) {
        return String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis);
    }

    /** {@code 45 s}, {@code 3 min}, {@code 2 h 5 min}. */
    public static String time(double seconds) {
        var whole = Math.round(seconds);
        if (whole < 100) {
            return String.format(Locale.ROOT, seconds < 10 && whole != seconds ? "%.1f s" : "%.0f s", seconds);
        }
        var minutes = Math.round(seconds / 60);
        return minutes < 100 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
    }

    /**
     * A line as several of so many columns, broken between words; what follows is indented as the text was, behind a label
     * such as {@code error} too.
     */
    public static List<String> broken(String line, int columns) {
        if (line.length() <= columns) {
            return List.of(line);
        }
        var label = LABEL.matcher(line);
        var indent = " ".repeat(label.lookingAt() ? Math.min(label.end(), columns / 2) : 0);
        var lines = new ArrayList<String>();
        var rest = line;
        while (rest.length() > columns) {
            var at = rest.lastIndexOf(' ', columns);
            if (at <= indent.length()) {
                break;
            }
            lines.add(rest.substring(0, at).stripTrailing());
            rest = indent + rest.substring(at).strip();
        }
        lines.add(rest);
        return lines;
    }

    /** {@code 1 row}, {@code 2 rows}. */
    public static String of(long number, String thing) {
        return count(number) + " " + thing + (number == 1 ? "" : "s");
    }
}
