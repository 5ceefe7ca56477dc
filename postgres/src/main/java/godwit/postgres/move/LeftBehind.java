package godwit.postgres.move;

import godwit.postgres.catalog.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Parts of tables that a file leaves behind, as a {@link Shape} has them: a comparison of both sides must not miss them.
 *
 * <p>A check names {@code index a.b} or {@code policy c on a.t}; the shape has {@code index a.b} and {@code policy a.t c},
 * with quotes where a name needs them. The quotes are not compared.
 */
final class LeftBehind {
    private static final Set<String> CONSTRAINTS =
            Set.of("primary key", "unique constraint", "exclusion constraint", "foreign key", "check");
    private static final Set<String> WITH_INDEX = Set.of("primary key", "unique constraint", "exclusion constraint");

    private final Set<String> keys = new HashSet<>();

    LeftBehind(List<String> leave) {
        leave.forEach(this::add);
    }

    private void add(String left) {
        after("index ", left, name -> keys.add("index " + name));
        after("default ", left, name -> keys.add("column " + name));
        after("row security ", left, name -> keys.add("table " + name));
        var on = left.lastIndexOf(" on ");
        if (on > 0) {
            var table = left.substring(on + " on ".length());
            after("trigger ", left.substring(0, on), name -> keys.add("trigger " + table + " " + name));
            after("policy ", left.substring(0, on), name -> keys.add("policy " + table + " " + name));
            for (var kind : CONSTRAINTS) {
                after(kind + " ", left.substring(0, on), name -> addConstraint(kind, table, name));
            }
        }
    }

    private void addConstraint(String kind, String table, String name) {
        keys.add("constraint " + table + " " + name);
        if (WITH_INDEX.contains(kind)) {
            keys.add("index " + table.substring(0, table.indexOf('.') + 1) + name);
        }
    }

    private static void after(String start, String text, Consumer<String> use) {
        if (text.startsWith(start)) {
            use.accept(text.substring(start.length()).replace("\"", ""));
        }
    }

    /** Whether this is unlike because it stays behind. */
    boolean explains(Shape.Unlike unlike) {
        return keys.contains(unlike.object().key().replace("\"", ""));
    }
}
