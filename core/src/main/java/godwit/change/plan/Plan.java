package godwit.change.plan;

import godwit.schema.Identifier;
import java.util.List;

/**
 * All that a migration does to a database.
 *
 * @param versionSchema where clients find the new version
 * @param path where names in people's SQL are looked for, behind pg_catalog
 * @param start until both versions work
 * @param complete until only the new one is left
 * @param rollback until all is as it was, from any moment before {@code complete} has contracted
 */
public record Plan(
        Identifier versionSchema, List<Identifier> path, List<Step> start, List<Step> complete, List<Step> rollback) {
    public Plan {
        path = List.copyOf(path);
        start = List.copyOf(start);
        complete = List.copyOf(complete);
        rollback = List.copyOf(rollback);
    }
}
