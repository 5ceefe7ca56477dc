package godwit.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.postgres.catalog.CreationOrder.Step;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CreationOrderTest {
    private final Draft table = draft("table", 1);
    private final Draft view = draft("view", 2).stub("CREATE VIEW v AS SELECT NULL::int AS a", "");
    private final Draft function = draft("function", 3).stub("CREATE FUNCTION f() RETURNS int AS ''", "");
    private final Draft index = draft("index", 4);

    @Test
    void eachComesAfterWhatItNeedsAndElseAsGiven() {
        var order = order(List.of(view, index, table), Map.of(view, List.of(table), index, List.of(table)));

        assertThat(steps(order)).containsExactly("table 1", "view 2", "index 4");
    }

    @Test
    void aViewInACycleFirstComesInAnEmptyForm() {
        var order = order(List.of(table, function, view), Map.of(view, List.of(function), function, List.of(view)));

        assertThat(steps(order)).containsExactly("table 1", "empty view 2", "function 3", "view 2");
        assertThat(order.unbroken()).isEmpty();
    }

    @Test
    void aFunctionInACycleWithoutAViewComesInAnEmptyForm() {
        var other = draft("function", 5);
        var order = order(List.of(function, other), Map.of(other, List.of(function), function, List.of(other)));

        assertThat(steps(order)).containsExactly("empty function 3", "function 5", "function 3");
    }

    @Test
    void aCycleThatCannotBeBrokenIsTold() {
        var order = order(List.of(table, index), Map.of(table, List.of(index), index, List.of(table)));

        assertThat(steps(order)).containsExactly("table 1", "index 4");
        assertThat(order.unbroken()).containsExactly(table);
    }

    private static CreationOrder order(List<Draft> drafts, Map<Draft, List<Draft>> needs) {
        return new CreationOrder(drafts, draft -> needs.getOrDefault(draft, List.of()), draft -> List.of());
    }

    private static Stream<String> steps(CreationOrder order) {
        return order.steps().stream().map(CreationOrderTest::text);
    }

    private static String text(Step step) {
        return (step.stub() ? "empty " : "") + step.draft().described();
    }

    private static Draft draft(String kind, long oid) {
        return new Draft(new Address("pg_class", oid), kind, Long.toString(oid), SchemaPhase.BEFORE_DATA);
    }
}
