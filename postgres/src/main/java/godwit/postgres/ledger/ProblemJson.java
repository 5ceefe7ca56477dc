package godwit.postgres.ledger;

import godwit.Problem;
import godwit.file.Json;
import java.util.List;
import java.util.Map;

/** A Problem as the ledger stores it. */
final class ProblemJson {
    private ProblemJson() {}

    static String write(Problem problem) {
        return Json.write(problem);
    }

    static Problem read(String json) {
        var map = Json.read(json);
        return new Problem(
                text(map, "code"),
                text(map, "message"),
                text(map, "hint"),
                list(map, "objects").stream().map(String::valueOf).toList(),
                list(map, "pids").stream().map(pid -> ((Number) pid).intValue()).toList());
    }

    private static String text(Map<String, Object> map, String key) {
        return String.valueOf(map.getOrDefault(key, ""));
    }

    private static List<?> list(Map<String, Object> map, String key) {
        return map.get(key) instanceof List<?> list ? list : List.of();
    }
}
