package godwit.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import godwit.GodwitException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The published schema says just what the reader does. */
class MoveFileSchemaTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final String LEAST = "kind: move\nname: a\nsource: env:A\ntarget: env:B\n";

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> properties(Map<String, Object> of) {
        return (Map<String, Map<String, Object>>) of.getOrDefault("properties", Map.of());
    }

    /** Every number of the schema, by its path. */
    private static Map<String, Map<String, Object>> numbers() {
        var all = new LinkedHashMap<String, Map<String, Object>>();
        properties(FileSchema.MOVE.document())
                .forEach((section, content) -> properties(content).forEach((key, value) -> {
                    if ("integer".equals(value.get("type"))) {
                        all.put(section + "." + key, value);
                    }
                }));
        return all;
    }

    private static String with(String path, long value) {
        var parts = path.split("\\.");
        return LEAST + parts[0] + ": {" + parts[1] + ": " + value + "}\n";
    }

    private static long number(Map<String, Object> property, String key) {
        return property.get(key) instanceof Number number ? number.longValue() : Long.MIN_VALUE;
    }

    @Test
    void itHasEachSettingThatAFileCanHaveWithItsDefault() {
        var inSchema = new LinkedHashMap<String, String>();
        numbers().forEach((path, property) -> inSchema.put(path, String.valueOf(property.get("default"))));
        properties(FileSchema.MOVE.document()).forEach((key, property) -> {
            if (property.containsKey("default")) {
                inSchema.put(key, String.valueOf(property.get("default")));
            }
        });

        assertThat(MoveFile.defaults().stream().collect(Collectors.toMap(Layers.Origin::setting, Layers.Origin::value)))
                .isEqualTo(inSchema);
    }

    @Test
    void itsBoundsAreThoseOfTheReader() {
        numbers().forEach((path, property) -> {
            for (var bound : List.of(number(property, "minimum"), number(property, "maximum"))) {
                assertThatCode(() -> MoveFile.parse(with(path, bound)))
                        .as("%s: %d", path, bound)
                        .doesNotThrowAnyException();
            }
            for (var beyond : List.of(number(property, "minimum") - 1, number(property, "maximum") + 1)) {
                assertThatExceptionOfType(GodwitException.class)
                        .as("%s: %d", path, beyond)
                        .isThrownBy(() -> MoveFile.parse(with(path, beyond)));
            }
        });
    }

    @Test
    void itKnowsTheKeysThatTheReaderKnowsAndNoOthers() {
        for (var section : properties(FileSchema.MOVE.document()).entrySet()) {
            if (section.getValue().containsKey("properties")) {
                assertThat(known(section.getKey() + ": {colour: blue}"))
                        .containsExactlyInAnyOrderElementsOf(
                                properties(section.getValue()).keySet());
            }
        }
        assertThat(known("colour: blue"))
                .containsExactlyInAnyOrderElementsOf(
                        properties(FileSchema.MOVE.document()).keySet());
    }

    /** What the refusal of an unknown key names as known. */
    private static List<String> known(String unknown) {
        var hints = new ArrayList<String>();
        assertThatExceptionOfType(GodwitException.class)
                .isThrownBy(() -> MoveFile.parse(LEAST + unknown + "\n"))
                .satisfies(e -> hints.add(e.problem().hint()));
        return List.of(hints.getFirst()
                .replaceAll("^.*Known here are: ", "")
                .replaceAll("\\.$", "")
                .split(", "));
    }

    @Test
    void theReferenceNamesEachKey() throws IOException {
        var reference = Files.readString(DOCS.resolve("reference").resolve("move-file.md"));

        for (var origin : MoveFile.defaults()) {
            assertThat(reference).contains("`" + origin.setting().replaceAll(".*\\.", "") + "`");
        }
    }

    @Test
    void eachMoveFileInTheDocumentationIsRead() throws IOException {
        var blocks = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
        var found = 0;
        try (var files = Files.walk(DOCS)) {
            for (var file : files.filter(f -> f.toString().endsWith(".md")).toList()) {
                var block = blocks.matcher(Files.readString(file));
                while (block.find()) {
                    if (block.group(1).contains("kind: move")) {
                        MoveFile.parse(block.group(1));
                        found++;
                    }
                }
            }
        }
        assertThat(found).isPositive();
    }
}
