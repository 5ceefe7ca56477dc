package godwit.cli;

import godwit.cli.live.Words;
import godwit.run.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a run answered, in people's words. */
final class Answers {
    private static final int ROWS_MAX = 5;

    private Answers() {}

    /** What was done. */
    static List<String> done(Verb verb, Map<String, Object> answer) {
        if (Boolean.TRUE.equals(answer.get("already"))) {
            return List.of("Nothing to do: " + standing(answer) + " already.");
        }
        if (Boolean.TRUE.equals(answer.get("dryRun"))) {
            return List.of("Nothing stands in the way: writers would wait about %d ms, and the way back take %d s."
                    .formatted(number(answer, "predictedPauseMillis"), number(answer, "predictedWayBackSeconds")));
        }
        return switch (verb) {
            case VERIFY -> verified(answer);
            case REPAIR ->
                List.of("Both sides are equal, after %s: %s"
                        .formatted(Words.of(number(answer, "rowsRepaired"), "repaired row"), compared(answer)));
            case SWITCH, SWITCH_BACK ->
                List.of("The writes are on the %s now. ".formatted(answer.get("writes")) + pause(answer));
            case ROLLBACK -> List.of("The writes are on the source, and nothing of the run is left.");
            case COMPLETE -> completed(answer);
            case PAUSE -> List.of("Paused: nothing is copied or applied until godwit resume.");
            case RESUME -> List.of("It goes on.");
            case SET -> List.of(set(answer.get("set")));
        };
    }

    private static String set(@Nullable Object settings) {
        return settings instanceof Map<?, ?> map && !map.isEmpty()
                ? "Set, and wins over the file: "
                        + map.entrySet().stream()
                                .map(each -> each.getKey() + "=" + each.getValue())
                                .sorted()
                                .collect(Collectors.joining(", "))
                        + "."
                : "Nothing is set beside the file.";
    }

    private static List<String> completed(Map<String, Object> answer) {
        var over = "The move is over: the writes stay on the target.";
        if (!(answer.get("source") instanceof Map<?, ?> left)) {
            return List.of(over);
        }
        if (Boolean.FALSE.equals(left.get("reached"))) {
            return List.of(
                    over,
                    "The source %s was not reached: if it comes back, its gate refuses writers until DROP SCHEMA godwit CASCADE,"
                                    .formatted(left.get("database"))
                            + " and its replication slot has to be dropped there.");
        }
        var sessions = maps(left.get("sessions")).stream()
                .map(s -> "%s × %s as %s".formatted(s.get("sessions"), s.get("application"), s.get("role")))
                .toList();
        var connected = sessions.isEmpty() ? "nobody is connected" : "connected are " + String.join(", ", sessions);
        var source = "The source %s is %s; %s.".formatted(left.get("database"), sealed(left), connected);
        return Boolean.TRUE.equals(left.get("gateStays"))
                ? List.of(over, source, "When nobody comes there any more: DROP SCHEMA godwit CASCADE.")
                : List.of(over, source);
    }

    private static String sealed(Map<?, ?> left) {
        if (Boolean.TRUE.equals(left.get("gateStays"))) {
            return "guarded by the gate, which stays because the database is not read only for everybody";
        }
        return Boolean.TRUE.equals(left.get("sealed")) ? "read only" : "writable";
    }

    private static List<String> verified(Map<String, Object> answer) {
        var equal = "Both sides are equal: " + compared(answer);
        return answer.get("excluded") instanceof List<?> left && !left.isEmpty()
                ? List.of(
                        equal,
                        "Not compared, because they do not go along: %s."
                                .formatted(String.join(
                                        ", ", left.stream().map(String::valueOf).toList())))
                : List.of(equal);
    }

    /** Where the sides differ, with some of the keys. */
    static List<String> different(Map<String, Object> answer) {
        var lines = new ArrayList<String>();
        lines.add("The sides differ in %s; ".formatted(Words.of(number(answer, "differences"), "place"))
                + compared(answer));
        for (var table : maps(answer.get("tables"))) {
            lines.add("  %s: %s".formatted(table.get("table"), Words.of(number(table, "differences"), "row")));
            var rows = maps(table.get("rows"));
            rows.stream().limit(ROWS_MAX).forEach(row -> lines.add("    " + row(row)));
            if (rows.size() > ROWS_MAX) {
                lines.add("    … --json has more keys");
            }
        }
        maps(answer.get("others"))
                .forEach(other -> lines.add("  " + other.get("object") + ": " + other.get("message")));
        lines.add("Mend the side without the writes with godwit repair.");
        return lines;
    }

    private static String standing(Map<String, Object> answer) {
        return answer.containsKey("writes")
                ? "the writes are on the " + answer.get("writes")
                : "the run is " + answer.get("state");
    }

    private static String compared(Map<String, Object> answer) {
        return "%s compared at %s.".formatted(Words.of(number(answer, "rowsCompared"), "row"), answer.get("position"));
    }

    private static String pause(Map<String, Object> answer) {
        return answer.containsKey("writePauseMillis")
                ? "Writers waited %d ms; before, %s compared and found equal."
                        .formatted(
                                number(answer, "writePauseMillis"),
                                number(answer, "rowsVerified") == 1
                                        ? "1 row was"
                                        : Words.of(number(answer, "rowsVerified"), "row") + " were")
                : "It was decided before it could be reported.";
    }

    private static String row(Map<?, ?> row) {
        var columns = row.get("columns") instanceof List<?> list && !list.isEmpty()
                ? " in " + String.join(", ", list.stream().map(String::valueOf).toList())
                : "";
        return row.get("kind") + " " + row.get("key") + columns;
    }

    private static List<? extends Map<?, ?>> maps(@Nullable Object list) {
        return list instanceof List<?> all
                ? all.stream()
                        .filter(Map.class::isInstance)
                        .map(each -> (Map<?, ?>) each)
                        .toList()
                : List.of();
    }

    private static long number(Map<?, ?> from, String key) {
        return from.get(key) instanceof Number number ? number.longValue() : 0;
    }
}
