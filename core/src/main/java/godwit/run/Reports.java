package godwit.run;

import godwit.verify.OtherDifference;
import godwit.verify.TableDifference;
import godwit.verify.Verification;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values as the nested maps that become JSON. */
public final class Reports {
    private Reports() {}

    /** A verification: {@code differences}, {@code position}, and the tables that differ with their keys. */
    public static Map<String, Object> of(Verification verification) {
        var report = new LinkedHashMap<String, Object>();
        report.put("id", verification.id().toString());
        report.put("phase", verification.phase());
        report.put("position", verification.position());
        report.put("rowsCompared", verification.rowsCompared());
        report.put("differences", verification.differences());
        report.put("tables", verification.tables().stream().map(Reports::of).toList());
        report.put("others", of(verification.others()));
        return report;
    }

    /** Differences that are not in rows. */
    public static List<Map<String, String>> of(List<OtherDifference> others) {
        return others.stream()
                .map(o -> Map.of("kind", o.kind(), "object", o.object(), "message", o.message()))
                .toList();
    }

    private static Map<String, Object> of(TableDifference table) {
        var report = new LinkedHashMap<String, Object>();
        report.put("table", table.table().plain());
        report.put("differences", table.differences());
        report.put("rows", rows(table));
        return report;
    }

    private static List<Map<String, Object>> rows(TableDifference table) {
        return table.rows().stream()
                .map(row -> Map.<String, Object>of(
                        "kind", row.kind().name().toLowerCase(java.util.Locale.ROOT),
                        "key", row.key(),
                        "columns", row.columns()))
                .toList();
    }
}
