package godwit.postgres.move;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How fast rows are copied, and when they will all have been, from how many were there the last times. */
final class CopySpeed {
    private static final double WEIGHT = 0.2;

    private long lastRows = -1;
    private long lastNanos;
    private double rowsPerSecond;

    /** {@code rowsPerSecond} and, while something is left, {@code etaSeconds}; nothing when nothing is being copied. */
    Map<String, Object> report(List<Map<String, Object>> tables, long nanos) {
        var left = tables.stream().mapToLong(CopySpeed::left).sum();
        see(tables.stream().mapToLong(t -> number(t, "rows")).sum(), nanos);
        if (left == 0 || rowsPerSecond < 1) {
            return Map.of();
        }
        return Map.of("rowsPerSecond", Math.round(rowsPerSecond), "etaSeconds", Math.round(left / rowsPerSecond));
    }

    /** What is left of a table that is not done is an estimate, and at least nothing. */
    private static long left(Map<String, Object> table) {
        return Boolean.TRUE.equals(table.get("done")) ? 0 : Math.max(0, number(table, "total") - number(table, "rows"));
    }

    private static long number(Map<String, Object> table, String key) {
        return table.get(key) instanceof Number number ? number.longValue() : 0;
    }

    private void see(long rows, long nanos) {
        if (lastRows >= 0 && nanos > lastNanos) {
            var now = Math.max(0, rows - lastRows) / ((nanos - lastNanos) / (double) TimeUnit.SECONDS.toNanos(1));
            rowsPerSecond = rowsPerSecond == 0 ? now : WEIGHT * now + (1 - WEIGHT) * rowsPerSecond;
        }
        lastRows = rows;
        lastNanos = nanos;
    }
}
