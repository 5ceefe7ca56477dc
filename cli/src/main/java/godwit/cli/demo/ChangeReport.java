package godwit.cli.demo;

import godwit.demo.Invariant;
import godwit.demo.WorkloadReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the demonstration of a change measured, and which of its promises did not hold. */
final class ChangeReport {
    private static final int STARTS = 2;
    private static final int VERIFICATIONS = 3;
    private static final double WAIT_MILLIS_MAX = 2000;
    private static final double ROLLBACK_SECONDS_MAX = 300;

    private final List<Filled> fills = new ArrayList<>();
    private final List<Map<String, Object>> verifications = new ArrayList<>();
    private final List<Invariant> invariants = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private @Nullable WorkloadReport workload;
    private @Nullable Double rollbackSeconds;

    private record Filled(long rows, double seconds) {}

    /** @param seconds from the start until both versions worked */
    void filled(long rows, double seconds) {
        fills.add(new Filled(rows, seconds));
    }

    void verified(String phase, long rowsCompared, long differences) {
        verifications.add(Documents.map("phase", phase, "rowsCompared", rowsCompared, "differences", differences));
        promise(differences == 0, "The versions differ in %d rows %s.".formatted(differences, phase));
    }

    void rolledBack(double seconds) {
        rollbackSeconds = seconds;
        promise(seconds < ROLLBACK_SECONDS_MAX, "The rollback took %.0f s.".formatted(seconds));
    }

    void worked(WorkloadReport report) {
        workload = report;
        promise(report.failed() == 0, "%d transactions of the clients failed.".formatted(report.failed()));
        promise(
                report.maxMillis() < WAIT_MILLIS_MAX,
                "A client waited %.0f ms, more than %.0f.".formatted(report.maxMillis(), WAIT_MILLIS_MAX));
    }

    void checked(List<Invariant> found) {
        invariants.addAll(found);
        found.stream()
                .filter(invariant -> !invariant.holds())
                .forEach(invariant -> broken.add("It does not hold that " + invariant.name() + "."));
    }

    private void promise(boolean holds, String otherwise) {
        if (!holds) {
            broken.add(otherwise);
        }
    }

    /** The promises that did not hold, as sentences. */
    List<String> broken() {
        return List.copyOf(broken);
    }

    /** Whether the whole story was told and every promise held. */
    boolean isOk() {
        return broken.isEmpty()
                && fills.size() == STARTS
                && verifications.size() == VERIFICATIONS
                && workload != null
                && rollbackSeconds != null
                && !invariants.isEmpty();
    }

    /** The document for scripts; of a story that was cut short, what it came to. */
    Map<String, Object> toMap() {
        var document = new LinkedHashMap<String, Object>();
        document.put("ok", isOk());
        if (workload != null) {
            document.put("workload", Documents.workload(workload));
            document.put("longestWaitMillis", workload.maxMillis());
        }
        var rows = fills.stream().mapToLong(Filled::rows).sum();
        var seconds = fills.stream().mapToDouble(Filled::seconds).sum();
        document.put(
                "backfill",
                Documents.map(
                        "rows",
                        rows,
                        "seconds",
                        Documents.rounded(seconds),
                        "rowsPerSecond",
                        seconds == 0 ? 0 : Math.round(rows / seconds)));
        document.put("verification", List.copyOf(verifications));
        if (rollbackSeconds != null) {
            document.put("rollback", Documents.map("seconds", Documents.rounded(rollbackSeconds)));
        }
        document.put("invariants", Documents.invariants(invariants));
        return document;
    }
}
