package godwit.cli.live;

import godwit.run.Phase;
import godwit.traffic.Writes;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a run stands, as its worker told last.
 *
 * @param state the phase's word, or {@code failed} or {@code paused}
 * @param lag how far the following side is behind
 * @param throttle why the work waits, or {@code none}
 * @param isFollowed whether a worker carries it on
 */
public record Standing(
        Phase phase, String state, List<TableStanding> tables, Lag lag, String throttle, boolean isFollowed) {
    public Standing {
        tables = List.copyOf(tables);
    }

    /** How far a table's copy has come; the total is an estimate until it is done. */
    public record TableStanding(String table, long rows, long total, boolean isDone) {
        double share() {
            return isDone ? 1 : Math.min(0.95, rows / (double) Math.max(1, total));
        }
    }

    /** The distance of the two sides. */
    public record Lag(long bytes, double seconds) {
        /** Of sides that do not answer. */
        public static final Lag UNKNOWN = new Lag(-1, -1);

        boolean isKnown() {
            return bytes >= 0;
        }

        private static Lag of(Map<?, ?> told) {
            return Look.UNKNOWN.equals(told.get("lagBytes"))
                    ? UNKNOWN
                    : new Lag(
                            number(told.get("lagBytes")).longValue(),
                            number(told.get("lagSeconds")).doubleValue());
        }
    }

    static Standing of(Look look) {
        var live = look.live();
        var steering = look.steering();
        var direction = look.writes() == Writes.TARGET ? "backward" : "forward";
        return new Standing(
                look.run().phase(),
                look.run().state(steering),
                live.get("tables") instanceof List<?> tables
                        ? tables.stream().map(Standing::table).toList()
                        : List.of(),
                Lag.of(live.get(direction) instanceof Map<?, ?> lag ? lag : Map.of()),
                steering.pausedBy().map(who -> "paused by " + who).orElseGet(() -> reason(live)),
                look.isFollowed());
    }

    private static String reason(Map<String, Object> live) {
        return live.get("throttle") instanceof Map<?, ?> throttle ? String.valueOf(throttle.get("reason")) : "none";
    }

    private static TableStanding table(Object entry) {
        var table = (Map<?, ?>) entry;
        return new TableStanding(
                String.valueOf(table.get("table")),
                number(table.get("rows")).longValue(),
                number(table.get("total")).longValue(),
                Boolean.TRUE.equals(table.get("done")));
    }

    private static Number number(@Nullable Object value) {
        return value instanceof Number number ? number : 0;
    }

    /** The rows copied so far. */
    public long rows() {
        return tables.stream().mapToLong(TableStanding::rows).sum();
    }

    /** The rows that will have been copied, as estimated; never less than what is copied already. */
    public long total() {
        return tables.stream()
                .mapToLong(t -> t.isDone() ? t.rows() : Math.max(t.total(), t.rows()))
                .sum();
    }
}
