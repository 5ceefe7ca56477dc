package godwit.postgres.change;

import godwit.change.plan.Comparison;
import godwit.file.Json;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Works out {@code up} and {@code down} over all rows of the tables that a change keeps in step, while they are written: whether
 * a row's versions belong together is said by the row alone, so each range is looked at as it is at that moment.
 */
final class ChangeVerification {
    private static final int ROWS = 20_000;
    private static final int KEYS_MAX = 100;

    private final Session session;
    private final String path;

    /** @param path where names in people's SQL are looked for */
    ChangeVerification(Session session, String path) {
        this.session = session;
        this.path = path;
    }

    private record Found(long rows, long differences, List<Map<String, String>> keys) {}

    /** For people and scripts: how many rows were looked at, and which differ, by their keys. */
    Map<String, Object> report(List<Comparison> comparisons) {
        var tables = new ArrayList<Map<String, Object>>();
        var rows = 0L;
        var differences = 0L;
        for (var comparison : comparisons) {
            var found = compare(comparison);
            rows += found.rows();
            differences += found.differences();
            var table = new LinkedHashMap<String, Object>();
            table.put("table", comparison.table().plain());
            table.put("rowsCompared", found.rows());
            table.put("differences", found.differences());
            table.put("keys", found.keys());
            tables.add(table);
        }
        var report = new LinkedHashMap<String, Object>();
        report.put("rowsCompared", rows);
        report.put("differences", differences);
        report.put("tables", tables);
        return report;
    }

    private Found compare(Comparison comparison) {
        var walk = RowWalk.of(session, comparison.table(), comparison.key());
        var keys = new ArrayList<Map<String, String>>();
        var place = Optional.<List<String>>empty();
        var rows = 0L;
        var differences = 0L;
        while (true) {
            var from = place;
            var range = session.transaction(s -> walk.after(s, from, ROWS));
            if (range.isEmpty()) {
                return new Found(rows, differences, keys);
            }
            var found = session.transaction(s -> compare(s, comparison, walk.condition(range.get())));
            rows += found.rows();
            differences += found.differences();
            found.keys().stream().limit(KEYS_MAX - keys.size()).forEach(keys::add);
            place = Optional.of(range.get().to());
        }
    }

    private Found compare(Session within, Comparison comparison, String condition) {
        within.text("SELECT set_config('search_path', ?, true)", path);
        var name = comparison.table().name().sql();
        var key = comparison.key().isEmpty()
                ? "ARRAY[]::text[]"
                : comparison.key().stream()
                        .map(column -> name + "." + column.sql() + "::text")
                        .collect(Collectors.joining(", ", "ARRAY[", "]"));
        return within.firstAsIs(
                        """
                        WITH compared AS MATERIALIZED (
                          SELECT %s AS key, (%s) IS NOT FALSE AS differs FROM ONLY %s AS %s WHERE %s)
                        SELECT count(*), count(*) FILTER (WHERE differs), (SELECT jsonb_build_object('keys',
                          coalesce(jsonb_agg(d.key), '[]'))::text FROM
                            (SELECT c.key FROM compared c WHERE c.differs ORDER BY c.key LIMIT %d) d)
                        FROM compared""".formatted(
                                key, comparison.differs(), comparison.table().sql(), name, condition, KEYS_MAX),
                        row -> new Found(row.getLong(1), row.getLong(2), keys(comparison, row.getString(3))))
                .orElseThrow();
    }

    private static List<Map<String, String>> keys(Comparison comparison, String json) {
        var all = new ArrayList<Map<String, String>>();
        if (Json.read(json).get("keys") instanceof List<?> keys
                && !comparison.key().isEmpty()) {
            keys.forEach(values -> all.add(named(comparison.key(), (List<?>) values)));
        }
        return all;
    }

    private static Map<String, String> named(List<Identifier> names, List<?> values) {
        var key = new LinkedHashMap<String, String>();
        IntStream.range(0, names.size()).forEach(i -> key.put(names.get(i).name(), String.valueOf(values.get(i))));
        return key;
    }
}
