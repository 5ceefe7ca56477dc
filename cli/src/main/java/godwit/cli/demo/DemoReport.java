package godwit.cli.demo;

import godwit.demo.Invariant;
import godwit.demo.Tally;
import godwit.demo.WorkloadReport;
import godwit.postgres.ledger.Copied;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the demonstration measured, and which of its promises did not hold. */
public final class DemoReport {
    private static final int SWITCHES = 3;
    private static final int VERIFICATIONS_LEAST = 3;
    private static final double ROLLBACK_SECONDS_MAX = 300;

    private final List<Map<String, Object>> verifications = new ArrayList<>();
    private final List<Switched> switches = new ArrayList<>();
    private final List<Invariant> invariants = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private @Nullable Copied copied;
    private @Nullable WorkloadReport workload;
    private @Nullable Rollback rollback;

    DemoReport() {}

    private record Switched(String direction, long pauseMillis) {}

    private record Rollback(double seconds, Tally tally) {}

    void copied(Copied all) {
        copied = all;
    }

    void verified(String phase, long rowsCompared, long differences, String position) {
        var pass = new LinkedHashMap<String, Object>();
        pass.put("phase", phase);
        pass.put("rowsCompared", rowsCompared);
        pass.put("differences", differences);
        pass.put("position", position);
        verifications.add(pass);
        promise(differences == 0, "The sides differ in %d places %s.".formatted(differences, phase));
    }

    void switched(String direction, long pauseMillis) {
        switches.add(new Switched(direction, pauseMillis));
        promise(
                pauseMillis <= Stage.PAUSE_MILLIS_MAX,
                "Writers waited %d ms, more than %d.".formatted(pauseMillis, Stage.PAUSE_MILLIS_MAX));
    }

    void rolledBack(double seconds, Tally tally) {
        rollback = new Rollback(seconds, tally);
        promise(tally.lost() == 0, "The way back lost %d rows.".formatted(tally.lost()));
        promise(tally.doubled() == 0, "The way back doubled %d rows.".formatted(tally.doubled()));
        promise(seconds < ROLLBACK_SECONDS_MAX, "The way back took %.0f s.".formatted(seconds));
    }

    void worked(WorkloadReport report) {
        workload = report;
        promise(report.failed() == 0, "%d transactions of the clients failed.".formatted(report.failed()));
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
    public boolean isOk() {
        return broken.isEmpty()
                && switches.size() == SWITCHES
                && verifications.size() >= VERIFICATIONS_LEAST
                && copied != null
                && workload != null
                && rollback != null
                && !invariants.isEmpty();
    }

    /** The document for scripts; of a story that was cut short, what it came to. */
    public Map<String, Object> toMap() {
        var document = new LinkedHashMap<String, Object>();
        document.put("ok", isOk());
        if (copied != null) {
            document.put(
                    "copy", Documents.map("rows", copied.rows(), "bytes", copied.bytes(), "seconds", copied.seconds()));
        }
        if (workload != null) {
            document.put("workload", Documents.workload(workload));
        }
        document.put("verification", List.copyOf(verifications));
        document.put(
                "switch",
                switches.stream()
                        .map(s -> Documents.map("direction", s.direction(), "writePauseMillis", s.pauseMillis()))
                        .toList());
        if (rollback != null) {
            document.put("rollback", rollback(rollback));
        }
        document.put("invariants", Documents.invariants(invariants));
        return document;
    }

    private static Map<String, Object> rollback(Rollback rollback) {
        return Documents.map(
                "seconds", Documents.rounded(rollback.seconds()),
                "lostRows", rollback.tally().lost(),
                "duplicatedRows", rollback.tally().doubled());
    }
}
