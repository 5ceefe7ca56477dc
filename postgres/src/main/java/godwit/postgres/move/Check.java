package godwit.postgres.move;

import godwit.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is found before a move begins, and what it will take. */
final class Check {
    /** What a run that is under way has made or taken itself. */
    private static final Set<String> OWN = Set.of(
            "target-table-exists",
            "target-object-exists",
            "target-table-not-empty",
            "slots-too-few",
            "senders-too-few",
            "large-object-exists");

    private final MoveContext context;
    private final SourceCatalog catalog;
    private Forecast.@Nullable Told told;

    Check(MoveContext context, SourceCatalog catalog) {
        this.context = context;
        this.catalog = catalog;
    }

    List<Finding> findings() {
        var found = preflight();
        found.addAll(new Forecast(context).findings(told()));
        return found;
    }

    List<Finding> underWay() {
        return findings().stream()
                .filter(finding -> !OWN.contains(finding.problem().code()))
                .toList();
    }

    Map<String, Object> forecast() {
        return told().report();
    }

    private Forecast.Told told() {
        if (told == null) {
            told = new Forecast(context).tell(catalog.tables());
        }
        return told;
    }

    private List<Finding> preflight() {
        return new ArrayList<>(new Preflight(context).findings(catalog.tables(), catalog.script()));
    }

    /** One Problem for all that keeps the move from beginning; how fast the log grows is not waited for. */
    void requireNothingBlocks() {
        var found = preflight();
        found.addAll(new Forecast(context).room(catalog.tables()));
        var blocking =
                found.stream().filter(Finding::blocks).map(Finding::problem).toList();
        if (blocking.isEmpty()) {
            return;
        }
        var first = blocking.getFirst();
        var objects =
                blocking.stream().flatMap(p -> p.objects().stream()).distinct().toList();
        var message = blocking.size() == 1
                ? first.message()
                : first.message() + " And %d more findings; godwit check lists them.".formatted(blocking.size() - 1);
        throw new Problem(first.code(), message, first.hint(), objects, List.of()).asException();
    }
}
