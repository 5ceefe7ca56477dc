package godwit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A status report as lines for people. */
final class Tables {
    private static final int BAR = 24;

    private Tables() {}

    static List<String> people(Map<String, Object> report) {
        var lines = new ArrayList<String>();
        lines.add("%s: %s, writes on the %s, worker: %s"
                .formatted(report.get("name"), report.get("state"), report.get("writes"), report.get("worker")));
        lines.add("lag: %s bytes, %s s; throttle: %s"
                .formatted(report.get("lagBytes"), report.get("lagSeconds"), report.get("throttle")));
        if (report.get("tables") instanceof List<?> tables) {
            for (var table : tables) {
                if (table instanceof Map<?, ?> row) {
                    lines.add(line(row));
                }
            }
        }
        return lines;
    }

    private static long number(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }

    private static String line(Map<?, ?> table) {
        var rows = number(table.get("rows"));
        var total = Math.max(1, number(table.get("total")));
        var filled = Boolean.TRUE.equals(table.get("done")) ? BAR : (int) Math.min(BAR, rows * BAR / total);
        return "  %s%s %12d / %-12d %s"
                .formatted("█".repeat(filled), "░".repeat(BAR - filled), rows, total, table.get("table"));
    }
}
