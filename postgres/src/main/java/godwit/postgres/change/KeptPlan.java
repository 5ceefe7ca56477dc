package godwit.postgres.change;

import godwit.change.plan.Lock;
import godwit.change.plan.Plan;
import godwit.change.plan.Step;
import godwit.file.Json;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The steps of a change as the ledger keeps them from its begin: whoever goes on with them, or takes them back, does just
 * these, whatever the database has become since.
 *
 * @param path where names in people's SQL are looked for, behind pg_catalog
 */
record KeptPlan(List<Identifier> path, List<Step> start, List<Step> rollback) {
    private static final String TRANSACTION = "transaction";
    private static final String CONCURRENTLY = "concurrently";
    private static final String BACKFILL = "backfill";

    KeptPlan {
        path = List.copyOf(path);
        start = List.copyOf(start);
        rollback = List.copyOf(rollback);
    }

    static KeptPlan of(Plan plan) {
        return new KeptPlan(plan.path(), plan.start(), plan.rollback());
    }

    String write() {
        return Json.write(Map.of(
                "path", names(path),
                "start", start.stream().map(KeptPlan::write).toList(),
                "rollback", rollback.stream().map(KeptPlan::write).toList()));
    }

    static KeptPlan read(String json) {
        var all = Json.read(json);
        return new KeptPlan(identifiers(all, "path"), steps(all, "start"), steps(all, "rollback"));
    }

    private static Map<String, Object> write(Step step) {
        var all = new LinkedHashMap<String, Object>();
        all.put("name", step.name());
        all.put("seconds", step.estimateSeconds());
        switch (step) {
            case Step.InTransaction one -> transaction(all, one);
            case Step.Statements statements -> transaction(all, statements);
            case Step.Concurrently index -> {
                all.put("kind", CONCURRENTLY);
                table(all, index.table());
                all.put("index", index.index().name());
                all.put("statement", index.statement());
            }
            case Step.Backfill backfill -> {
                all.put("kind", BACKFILL);
                table(all, backfill.table());
                all.put("key", names(backfill.key()));
                all.put("assignments", backfill.assignments());
                all.put("condition", backfill.condition());
            }
        }
        return all;
    }

    private static void transaction(Map<String, Object> into, Step step) {
        into.put("kind", TRANSACTION);
        into.put("sql", step.sql());
        into.put("lock", step.lock().name());
        into.put("scans", step.scans());
    }

    private static void table(Map<String, Object> into, TableName table) {
        into.put("schema", table.schema().name());
        into.put("table", table.name().name());
    }

    private static List<Step> steps(Map<String, Object> from, String part) {
        return list(from, part).stream().map(KeptPlan::step).toList();
    }

    private static Step step(Object kept) {
        var from = new LinkedHashMap<String, Object>();
        ((Map<?, ?>) kept).forEach((key, value) -> from.put(String.valueOf(key), value));
        var name = text(from, "name");
        var seconds = from.get("seconds") instanceof Number number ? number.doubleValue() : 0;
        return switch (text(from, "kind")) {
            case CONCURRENTLY ->
                new Step.Concurrently(
                        name,
                        TableName.of(text(from, "schema"), text(from, "table")),
                        new Identifier(text(from, "index")),
                        sql(text(from, "statement")),
                        seconds);
            case BACKFILL ->
                new Step.Backfill(
                        name,
                        TableName.of(text(from, "schema"), text(from, "table")),
                        identifiers(from, "key"),
                        texts(from, "assignments").stream().map(KeptPlan::sql).toList(),
                        sql(text(from, "condition")),
                        seconds);
            default ->
                new Step.InTransaction(
                        name,
                        texts(from, "sql").stream().map(KeptPlan::sql).toList(),
                        Lock.valueOf(text(from, "lock")),
                        Boolean.TRUE.equals(from.get("scans")),
                        seconds);
        };
    }

    /** What the ledger has of statements was written by the plan of the same change. */
    private static String sql(String kept) {
        return new SqlText(kept).sql();
    }

    private static String text(Map<String, Object> from, String key) {
        return String.valueOf(from.get(key));
    }

    private static List<?> list(Map<String, Object> from, String key) {
        return from.get(key) instanceof List<?> all ? all : List.of();
    }

    private static List<String> texts(Map<String, Object> from, String key) {
        return list(from, key).stream().map(String::valueOf).toList();
    }

    private static List<String> names(List<Identifier> all) {
        return all.stream().map(Identifier::name).toList();
    }

    private static List<Identifier> identifiers(Map<String, Object> from, String key) {
        return texts(from, key).stream().map(Identifier::new).toList();
    }
}
