package godwit.postgres.move;

import godwit.Problem;
import godwit.postgres.catalog.SchemaFinding;
import java.util.List;
import java.util.Map;

/**
 * Something that a check found.
 *
 * @param blocks whether the move cannot begin because of it
 */
public record Finding(boolean blocks, Problem problem) {
    static Finding of(SchemaFinding found) {
        var problem = Problem.of(found.code(), found.message() + ".", found.hint());
        return new Finding(found.blocks(), problem.withObjects(List.of(found.object())));
    }

    static Finding blocking(String code, String message, String hint, String... objects) {
        return new Finding(true, Problem.of(code, message, hint).withObjects(List.of(objects)));
    }

    static Finding warning(String code, String message, String hint, String... objects) {
        return new Finding(false, Problem.of(code, message, hint).withObjects(List.of(objects)));
    }

    /** The finding as it is shown in JSON. */
    public Map<String, Object> report() {
        return Map.of(
                "severity", blocks ? "error" : "warning",
                "code", problem.code(),
                "message", problem.message(),
                "hint", problem.hint(),
                "objects", problem.objects());
    }
}
