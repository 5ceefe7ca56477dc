package godwit.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import godwit.Problem;
import godwit.change.Migration;
import godwit.change.Operation;
import godwit.schema.Identifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Short words for tests that read migrations. */
final class Reading {
    private Reading() {}

    /** A migration with each operation and, in one or more of them, each field. */
    static String everyOperation() {
        try (var stream = Reading.class.getResourceAsStream("every-operation.yaml")) {
            return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Migration migration(String text) {
        return MigrationFile.parse(text, Path.of("changes", "02_reach.yaml"));
    }

    /** The only operation of a migration, which is given as one line of YAML. */
    static Operation operation(String yaml) {
        var operations = migration("operations:\n- " + yaml + "\n").operations();
        assertThat(operations).hasSize(1);
        return operations.getFirst();
    }

    /** Those of {@link #everyOperation} that are of a kind. */
    static <O extends Operation> List<O> operations(Class<O> kind) {
        return migration(everyOperation()).operations().stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    static Identifier name(String name) {
        return new Identifier(name);
    }

    static List<Identifier> names(String... names) {
        return List.of(names).stream().map(Identifier::new).toList();
    }

    static Problem problem(String text) {
        var problems = new ArrayList<Problem>();
        assertThatExceptionOfType(GodwitException.class)
                .as(text)
                .isThrownBy(() -> migration(text))
                .satisfies(e -> problems.add(e.problem()));
        return problems.getFirst();
    }

    /** @param place inside the operation, such as {@code add_column.up} */
    static void refuses(String yaml, String code, String place) {
        var problem = problem("operations:\n- " + yaml + "\n");
        assertThat(problem.code()).as(yaml).isEqualTo(code);
        assertThat(problem.objects()).as(yaml).containsExactly("operations[0]" + (place.isEmpty() ? "" : "." + place));
        assertThat(problem.message()).as(yaml).contains(problem.objects().getFirst());
    }
}
