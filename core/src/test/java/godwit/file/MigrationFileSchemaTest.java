package godwit.file;

import static org.assertj.core.api.Assertions.assertThat;

import godwit.GodwitException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The published schema says what the reader does. */
class MigrationFileSchemaTest {
    private static final Path REFERENCE = Path.of("..", "docs", "reference");
    private static final JsonNode SCHEMA = Trees.read(FileSchema.MIGRATION.text());

    /** In place of each value of a document; null is left out, which the reader takes for nothing and editors mark. */
    private static final List<String> OTHERS = List.of(
            "7",
            "true",
            "false",
            "''",
            "' '",
            "some text",
            "[]",
            "{}",
            "[7]",
            "[some]",
            "[some, some]",
            "{some: text}");

    private final SchemaCheck schema = new SchemaCheck(SCHEMA);

    private static boolean isRead(JsonNode document) {
        try {
            MigrationFile.parse(document.toString(), Path.of("a.json"));
            return true;
        } catch (GodwitException e) {
            return false;
        }
    }

    /** One document for each operation of the example. */
    private static Stream<JsonNode> documents() {
        var operations = Trees.read(Reading.everyOperation()).get("operations");
        return operations
                .valueStream()
                .map(operation -> Trees.read(
                        "{\"name\": \"a\", \"version_schema\": \"b\", \"operations\": [" + operation + "]}"));
    }

    /** The document with one thing changed: a key taken away or added, or a value replaced, at any depth. */
    private static List<JsonNode> changed(JsonNode document) {
        var all = new ArrayList<JsonNode>();
        change(document, document, all);
        return all;
    }

    private static void change(JsonNode root, JsonNode at, List<JsonNode> all) {
        switch (at) {
            case ObjectNode mapping -> {
                mapping.set("surplus", Trees.read("{a: 1}").get("a"));
                all.add(root.deepCopy());
                mapping.remove("surplus");
                for (var key : mapping.propertyStream().map(p -> p.getKey()).toList()) {
                    var value = mapping.remove(key);
                    all.add(root.deepCopy());
                    for (var other : OTHERS) {
                        mapping.set(key, Trees.read("{a: " + other + "}").get("a"));
                        all.add(root.deepCopy());
                    }
                    mapping.set(key, value);
                    change(root, value, all);
                }
            }
            case ArrayNode list -> {
                for (int i = 0; i < list.size(); i++) {
                    var value = list.get(i);
                    for (var other : OTHERS) {
                        list.set(i, Trees.read("{a: " + other + "}").get("a"));
                        all.add(root.deepCopy());
                    }
                    list.set(i, value);
                    change(root, value, all);
                }
            }
            default -> {}
        }
    }

    /** Rules between fields that a schema cannot say. */
    private static boolean isBeyondASchema(JsonNode document) {
        try {
            MigrationFile.parse(document.toString(), Path.of("a.json"));
            return false;
        } catch (GodwitException e) {
            var place = String.join("", e.problem().objects());
            return switch (e.problem().code()) {
                case "wrong-foreign-key" -> true;
                case "named-twice" ->
                    place.endsWith("create_table.columns") || place.endsWith("create_table.constraints");
                case "missing-key", "unknown-key" -> place.matches(".*create_constraint\\.(up|down)\\.\\w+");
                default -> false;
            };
        }
    }

    @Test
    void itAcceptsTheExampleOfEachOperation() {
        assertThat(schema.accepts(Trees.read(Reading.everyOperation()))).isTrue();
        assertThat(documents()).allMatch(schema::accepts).allMatch(MigrationFileSchemaTest::isRead);
    }

    @Test
    void itAcceptsWhatTheReaderReadsAndRefusesTheRest() {
        var accepted = 0;
        var refused = 0;
        var different = new ArrayList<String>();
        for (var document : documents().toList()) {
            for (var changed : changed(document)) {
                var isRead = isRead(changed);
                if (schema.accepts(changed) != isRead && !isBeyondASchema(changed)) {
                    different.add((isRead ? "only read: " : "only in the schema: ") + changed);
                }
                accepted += isRead ? 1 : 0;
                refused += isRead ? 0 : 1;
            }
        }

        assertThat(different).isEmpty();
        assertThat(accepted).isGreaterThan(300);
        assertThat(refused).isGreaterThan(2000);
    }

    @Test
    void itHasTheOperationsThatTheReaderHas() {
        assertThat(SCHEMA.at("/$defs/operation/properties").propertyStream().map(p -> p.getKey()))
                .containsExactlyInAnyOrderElementsOf(OperationReader.words());
    }

    @Test
    void theExampleHasEachFieldThatTheSchemaHas() {
        var fields = fields(SCHEMA);

        var inExample = keys(Trees.read(Reading.everyOperation()));

        assertThat(inExample).containsAll(fields);
    }

    @Test
    void theReferenceNamesEachField() throws IOException {
        var reference = Files.readString(REFERENCE.resolve("migration-file.md"));

        assertThat(fields(SCHEMA)).allMatch(field -> reference.contains("`" + field + "`"));
    }

    @Test
    void eachMigrationInTheDocumentationIsRead() throws IOException {
        var blocks = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
        var found = 0;
        try (var files = Files.walk(REFERENCE.getParent())) {
            for (var file : files.filter(f -> f.toString().endsWith(".md")).toList()) {
                var block = blocks.matcher(Files.readString(file));
                while (block.find()) {
                    if (block.group(1).contains("operations:")) {
                        Reading.migration(block.group(1));
                        assertThat(schema.accepts(Trees.read(block.group(1)))).isTrue();
                        found++;
                    }
                }
            }
        }
        assertThat(found).isPositive();
    }

    /** The names of all properties, at any depth. */
    private static Set<String> fields(JsonNode node) {
        var all = new TreeSet<String>();
        node.propertyStream().forEach(p -> {
            if (p.getKey().equals("properties")) {
                p.getValue().propertyStream().forEach(field -> all.add(field.getKey()));
            }
        });
        node.valueStream().forEach(inside -> all.addAll(fields(inside)));
        return all;
    }

    private static Set<String> keys(JsonNode node) {
        var all = new TreeSet<String>();
        node.propertyStream().forEach(p -> all.add(p.getKey()));
        node.valueStream().forEach(inside -> all.addAll(keys(inside)));
        return all;
    }
}
