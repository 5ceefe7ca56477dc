package godwit.cli.demo;

import godwit.demo.Invariant;
import godwit.demo.WorkloadReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parts of the documents that demonstrations end with. */
final class Documents {
    private Documents() {}

    /** A map in the order of its entries. */
    static Map<String, Object> map(Object... entries) {
        var map = new LinkedHashMap<String, Object>();
        for (var i = 0; i < entries.length; i += 2) {
            map.put((String) entries[i], entries[i + 1]);
        }
        return map;
    }

    static Map<String, Object> workload(WorkloadReport report) {
        var latency = map("p50", report.p50Millis(), "p99", report.p99Millis(), "max", report.maxMillis());
        var all = map("clients", report.clients(), "committed", report.committed(), "failed", report.failed());
        all.put("latencyMillis", latency);
        return all;
    }

    static List<Map<String, Object>> invariants(List<Invariant> invariants) {
        return invariants.stream()
                .map(invariant -> map("name", invariant.name(), "holds", invariant.holds()))
                .toList();
    }

    /** To a thousandth. */
    static double rounded(double seconds) {
        return Math.round(seconds * 1000) / 1000.0;
    }
}
