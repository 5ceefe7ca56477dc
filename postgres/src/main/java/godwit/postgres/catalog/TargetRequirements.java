package godwit.postgres.catalog;

import godwit.postgres.catalog.SchemaObject.Maker;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What must exist on a target before a script can run there.
 *
 * @param roles the owners of objects and those who have privileges on them
 * @param actors the roles as which a role that is no superuser has to act: owners and grantors
 * @param tablespaces where tables and indexes are kept
 * @param extensions those that the target's installation must offer, by name
 */
public record TargetRequirements(
        List<String> roles, List<String> actors, List<String> tablespaces, List<Extension> extensions) {
    /** An extension as the source has it; the schema holds its objects. */
    public record Extension(String name, String version, String schema) {}

    public TargetRequirements {
        roles = List.copyOf(roles);
        actors = List.copyOf(actors);
        tablespaces = List.copyOf(tablespaces);
        extensions = List.copyOf(extensions);
    }

    static TargetRequirements of(List<Draft> drafts) {
        var roles = new TreeSet<String>();
        var actors = new TreeSet<String>();
        var tablespaces = new TreeSet<String>();
        var extensions = new ArrayList<Extension>();
        for (var draft : drafts) {
            roles.addAll(draft.roles());
            if (draft.maker() != Maker.SUPERUSER_OR_NOBODY) {
                actors.addAll(draft.actors());
            }
            tablespaces.addAll(draft.tablespaces());
            draft.extension().ifPresent(extensions::add);
        }
        return new TargetRequirements(List.copyOf(roles), List.copyOf(actors), List.copyOf(tablespaces), extensions);
    }
}
