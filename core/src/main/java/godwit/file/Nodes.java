package godwit.file;

import godwit.GodwitException;
import godwit.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A mapping of a file, read key by key, with Problems that name the key's path. */
final class Nodes {
    private final JsonNode node;
    private final String path;
    private final Layers layers;

    Nodes(JsonNode node, String path, Layers layers) {
        this.node = node;
        this.path = path;
        this.layers = layers;
        if (!node.isObject()) {
            throw wrongType(path.isEmpty() ? "the file" : path, "a mapping");
        }
    }

    /** Refuses every key that is not known, with the nearest known ones in the hint. */
    Nodes only(Set<String> known) {
        for (var key : keys()) {
            if (!known.contains(key)) {
                throw unknown(key, known);
            }
        }
        return this;
    }

    GodwitException unknown(String key, Set<String> known) {
        var meant = Nearest.of(key, known).map("Did you mean %s? "::formatted).orElse("");
        return Problem.of(
                        "unknown-key",
                        "The key %s is not known.".formatted(at(key)),
                        meant + "Known here are: "
                                + String.join(", ", known.stream().sorted().toList()) + ".")
                .withObjects(List.of(at(key)))
                .asException();
    }

    boolean has(String key) {
        return node.has(key) && !node.get(key).isNull();
    }

    /** What stands behind the key, as the parser has it. */
    JsonNode value(String key) {
        return node.path(key);
    }

    /** Its keys, in the file's order. */
    List<String> keys() {
        return node.properties().stream().map(Map.Entry::getKey).toList();
    }

    String text(String key) {
        require(key);
        return text(node.get(key), at(key));
    }

    String text(String key, String otherwise) {
        return has(key) ? text(node.get(key), at(key)) : otherwise;
    }

    /** A whole number of the command line, the environment or the file, in this order. */
    long number(String key, long otherwise, long least, long most) {
        var above = layers.above(at(key));
        if (above.isEmpty() && !has(key)) {
            layers.note(at(key), String.valueOf(otherwise), "default");
            return otherwise;
        }
        var number = above.isPresent() ? parsed(above.get()) : inFile(key);
        requireWithin(key, number, least, most);
        layers.note(
                at(key),
                String.valueOf(number),
                above.map(Layers.Origin::origin).orElse("file"));
        return number;
    }

    private long inFile(String key) {
        if (!node.get(key).isIntegralNumber() || !node.get(key).canConvertToLong()) {
            throw wrongType(at(key), "a whole number");
        }
        return node.get(key).asLong();
    }

    private static long parsed(Layers.Origin above) {
        try {
            return Long.parseLong(above.value().strip().replace("_", ""));
        } catch (NumberFormatException e) {
            throw wrongType(above.setting() + " (" + above.origin() + ")", "a whole number");
        }
    }

    private void requireWithin(String key, long number, long least, long most) {
        if (number < least || number > most) {
            throw Problem.of(
                            "value-out-of-range",
                            "%s is %d, but must be from %d to %d.".formatted(at(key), number, least, most),
                            "Choose a value in this range.")
                    .withObjects(List.of(at(key)))
                    .asException();
        }
    }

    /** One of a few words, of the command line, the environment or the file, in this order. */
    String choice(String key, String otherwise, List<String> words) {
        var above = layers.above(at(key));
        var word = above.map(Layers.Origin::value).orElseGet(() -> text(key, otherwise));
        if (!words.contains(word)) {
            throw Problem.of(
                            "value-unknown",
                            "%s is none of the words that it may be.".formatted(at(key)),
                            "Choose one of: " + String.join(", ", words) + ".")
                    .withObjects(List.of(at(key)))
                    .asException();
        }
        layers.note(at(key), word, origin(key, above));
        return word;
    }

    private String origin(String key, Optional<Layers.Origin> above) {
        return above.map(Layers.Origin::origin).orElse(has(key) ? "file" : "default");
    }

    /** True or false, of the command line, the environment or the file, in this order. */
    boolean isTrue(String key) {
        var above = layers.above(at(key));
        var value = above.isPresent() ? isTrue(above.get()) : isTrueInFile(key);
        layers.note(at(key), String.valueOf(value), origin(key, above));
        return value;
    }

    private static boolean isTrue(Layers.Origin above) {
        if (!above.value().equals("true") && !above.value().equals("false")) {
            throw wrongType(above.setting() + " (" + above.origin() + ")", "true or false");
        }
        return above.value().equals("true");
    }

    private boolean isTrueInFile(String key) {
        if (has(key) && !node.get(key).isBoolean()) {
            throw wrongType(at(key), "true or false");
        }
        return has(key) && node.get(key).asBoolean();
    }

    List<String> texts(String key) {
        var all = new ArrayList<String>();
        if (has(key)) {
            if (!node.get(key).isArray()) {
                throw wrongType(at(key), "a list");
            }
            for (var item : node.get(key)) {
                all.add(text(item, at(key)));
            }
        }
        return all;
    }

    Map<String, String> textByName(String key) {
        var all = new LinkedHashMap<String, String>();
        if (has(key)) {
            var inner = new Nodes(node.get(key), at(key), layers);
            for (var entry : inner.node.properties()) {
                all.put(entry.getKey(), text(entry.getValue(), at(key) + "." + entry.getKey()));
            }
        }
        return all;
    }

    /** Refuses a mapping that lacks a key. */
    void require(String key) {
        if (!has(key)) {
            throw missing(key);
        }
    }

    GodwitException missing(String key) {
        return Problem.of("missing-key", "The key %s is missing.".formatted(at(key)), "Add it to the file.")
                .withObjects(List.of(at(key)))
                .asException();
    }

    /** A mapping inside this one, whatever its keys; an empty one where it is not there. */
    Nodes section(String key) {
        return new Nodes(has(key) ? node.get(key) : JsonNodeFactory.instance.objectNode(), at(key), layers);
    }

    /** A mapping inside this one; an empty one where it is not there. */
    Nodes section(String key, Set<String> known) {
        return section(key).only(known);
    }

    /** A list of mappings; what stands in them comes from the file alone. */
    List<Nodes> mappings(String key) {
        var all = new ArrayList<Nodes>();
        if (has(key)) {
            if (!node.get(key).isArray()) {
                throw wrongType(at(key), "a list");
            }
            for (var item : node.get(key)) {
                all.add(new Nodes(item, at(key) + "[" + all.size() + "]", Layers.none()));
            }
        }
        return all;
    }

    private static String text(JsonNode value, String path) {
        if (!value.isString()) {
            throw wrongType(path, "a text");
        }
        return value.asString();
    }

    /** Where the file has this; with an empty key this mapping itself. */
    String at(String key) {
        if (key.isEmpty()) {
            return path;
        }
        return path.isEmpty() ? key : path + "." + key;
    }

    static GodwitException wrongType(String path, String wanted) {
        return Problem.of(
                        "wrong-type",
                        "%s must be %s.".formatted(path, wanted),
                        "docs/reference/move-file.md and migration-file.md describe what each key of a file may hold.")
                .withObjects(List.of(path))
                .asException();
    }
}
