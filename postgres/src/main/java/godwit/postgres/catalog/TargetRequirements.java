package godwit.postgres.catalog;

import java.util.List;
import java.util.TreeSet;

/**
 * What must exist on a target before a script can run there.
 *
 * @param roles the owners of objects and those who have privileges on them
 * @param tablespaces where tables and indexes are kept
 * @param extensions the extensions that the target's installation must offer
 */
public record TargetRequirements(List<String> roles, List<String> tablespaces, List<String> extensions) {
    public TargetRequirements {
        roles = List.copyOf(roles);
        tablespaces = List.copyOf(tablespaces);
        extensions = List.copyOf(extensions);
    }

    static TargetRequirements of(List<Draft> drafts) {
        var roles = new TreeSet<String>();
        var tablespaces = new TreeSet<String>();
        var extensions = new TreeSet<String>();
        for (var draft : drafts) {
            roles.addAll(draft.roles());
            tablespaces.addAll(draft.tablespaces());
            if (draft.object().kind().equals(ExtensionReader.KIND)) {
                extensions.add(draft.object().identity());
            }
        }
        return new TargetRequirements(List.copyOf(roles), List.copyOf(tablespaces), List.copyOf(extensions));
    }
}
