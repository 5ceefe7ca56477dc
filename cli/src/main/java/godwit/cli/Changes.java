package godwit.cli;

import godwit.change.plan.Plan;
import godwit.change.plan.Step;
import godwit.file.Json;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is said of changes, to people and to scripts. */
final class Changes {
    private Changes() {}

    /** Each step with its lock, then all in one document. */
    static void tell(Plan plan, boolean sql, Output output) {
        var steps = new ArrayList<Map<String, Object>>();
        part("start", plan.start(), sql, output, steps);
        part("complete", plan.complete(), sql, output, steps);
        part("rollback", plan.rollback(), sql, output, steps);
        plan.findings().forEach(finding -> {
            output.say("%s  [%s]".formatted(finding.message(), finding.code()));
            output.say("  " + finding.hint());
        });
        var report = new LinkedHashMap<String, Object>();
        report.put("version", plan.versionSchema().name());
        report.put("findings", plan.findings());
        report.put("steps", steps);
        output.result(report);
    }

    private static void part(
            String part, List<Step> steps, boolean sql, Output output, List<Map<String, Object>> reports) {
        output.say(part);
        for (var step : steps) {
            output.say("  %s: %s lock, blocks %s%s"
                    .formatted(
                            step.name(),
                            step.lock().word(),
                            step.lock().blocks(),
                            step.scans() ? "; reads the table, about %.1f s".formatted(step.estimateSeconds()) : ""));
            if (step instanceof Step.Statements statements) {
                statements.forecast().changes().forEach(change -> output.say("    " + change));
            }
            if (sql) {
                step.sql().forEach(statement -> output.asIs("    " + statement + ";"));
            }
            reports.add(report(part, step));
        }
    }

    private static Map<String, Object> report(String part, Step step) {
        var report = new LinkedHashMap<String, Object>();
        report.put("part", part);
        report.put("name", step.name());
        report.put("sql", step.sql());
        report.put("lock", step.lock().word());
        report.put("blocks", step.lock().blocks());
        report.put("scan", step.scans());
        report.put("rewrite", step.rewrites());
        report.put("estimateSeconds", step.estimateSeconds());
        if (step instanceof Step.Statements statements) {
            var forecast = statements.forecast();
            report.put("locks", forecast.locked().stream().map(TableName::plain).toList());
            report.put(
                    "rewrites",
                    forecast.rewritten().stream().map(TableName::plain).toList());
            report.put("changes", forecast.changes());
        }
        return report;
    }

    /** How a change stands. */
    static ExitCode tell(Map<String, Object> report, Output output) {
        var line = "The change is %s".formatted(report.get("state"));
        output.say(
                report.containsKey("version") ? line + "; its version is " + report.get("version") + "." : line + ".");
        if (report.get("drift") instanceof List<?> drift && !drift.isEmpty()) {
            output.say("Others have changed the schema since its last migration:");
            drift.forEach(each -> output.say("  " + each));
        }
        output.result(report);
        return ExitCode.DONE;
    }

    /** Whether both versions of the rows belong together. */
    static ExitCode verified(Map<String, Object> report, Output output) {
        output.say(
                "%s rows compared: %s differences.".formatted(report.get("rowsCompared"), report.get("differences")));
        if (report.get("tables") instanceof List<?> tables) {
            tables.stream()
                    .filter(table ->
                            table instanceof Map<?, ?> one && !Long.valueOf(0).equals(one.get("differences")))
                    .forEach(table -> output.say(Json.write(table)));
        }
        output.result(report);
        return Long.valueOf(0).equals(report.get("differences")) ? ExitCode.DONE : ExitCode.DIFFERENT;
    }
}
