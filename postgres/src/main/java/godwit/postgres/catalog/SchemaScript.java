package godwit.postgres.catalog;

import java.util.List;

/**
 * What makes a database's schema elsewhere.
 *
 * @param objects the objects in the order of their making; each stands on earlier ones only
 * @param findings what is not carried, each with the object's name
 * @param refreshes the statements that fill the materialised views, in the order of their dependencies
 * @param needed what the objects expect to find where they are made
 */
public record SchemaScript(
        List<SchemaObject> objects, List<SchemaFinding> findings, List<String> refreshes, TargetRequirements needed) {
    public SchemaScript {
        objects = List.copyOf(objects);
        findings = List.copyOf(findings);
        refreshes = List.copyOf(refreshes);
    }

    /** The objects of one phase, in order. */
    public List<SchemaObject> in(SchemaPhase phase) {
        return objects.stream().filter(object -> object.phase() == phase).toList();
    }
}
