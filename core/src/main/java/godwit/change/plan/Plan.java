package godwit.change.plan;

import godwit.Problem;
import godwit.schema.Identifier;
import java.util.ArrayList;
import java.util.List;

/**
 * All that a migration does to a database.
 *
 * @param versionSchema where clients find the new version
 * @param path where names in people's SQL are looked for, behind pg_catalog
 * @param start until both versions work
 * @param complete until only the new one is left
 * @param rollback until all is as it was, from any moment before {@code complete} has contracted
 * @param counterparts what has to be there of the tables' own before {@code complete} can be
 * @param comparisons how rows are found that the two versions do not have alike
 * @param findings what people should know before they begin; none of it keeps the change from beginning
 */
public record Plan(
        Identifier versionSchema,
        List<Identifier> path,
        List<Step> start,
        List<Step> complete,
        List<Step> rollback,
        List<Counterpart> counterparts,
        List<Comparison> comparisons,
        List<Problem> findings) {
    public Plan {
        comparisons = List.copyOf(comparisons);
        counterparts = List.copyOf(counterparts);
        findings = List.copyOf(findings);
        path = List.copyOf(path);
        start = List.copyOf(start);
        complete = List.copyOf(complete);
        rollback = List.copyOf(rollback);
    }

    /** The same with more findings. */
    public Plan with(List<Problem> more) {
        var all = new ArrayList<>(findings);
        all.addAll(more);
        return new Plan(versionSchema, path, start, complete, rollback, counterparts, comparisons, all);
    }
}
