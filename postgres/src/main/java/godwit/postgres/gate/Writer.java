package godwit.postgres.gate;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A transaction that has written and has not ended.
 *
 * @param pid its process; 0 when it is a prepared transaction
 * @param application the name that its session gave itself
 * @param millis for how long it has been open; 0 where Godwit's role may not see that
 */
public record Writer(int pid, String application, long millis) {
    private static final int NAMED_MAX = 5;

    /** Their processes, each once. */
    public static List<Integer> pids(List<Writer> writers) {
        return writers.stream().map(Writer::pid).distinct().toList();
    }

    /** The oldest of them as people see them: {@code 4711 (import), 0 (prepared)}. */
    public static String names(List<Writer> writers) {
        var named = writers.stream().limit(NAMED_MAX).map(Writer::name).collect(Collectors.joining(", "));
        return writers.size() > NAMED_MAX ? named + " and more" : named;
    }

    private String name() {
        if (pid == 0) {
            return "0 (prepared)";
        }
        return application.isEmpty() ? String.valueOf(pid) : "%d (%s)".formatted(pid, application);
    }
}
