package godwit.file;

import godwit.GodwitException;
import godwit.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** A mapping of a file, read key by key, with Problems that name the key's path. */
final class Nodes {
    private final JsonNode node;
    private final String path;

    Nodes(JsonNode node, String path) {
        this.node = node;
        this.path = path;
        if (!node.isObject()) {
            throw wrongType(path.isEmpty() ? "the file" : path, "a mapping");
        }
    }

    /** Refuses every key that is not known, with the nearest known ones in the hint. */
    Nodes only(Set<String> known) {
        for (var entry : node.properties()) {
            if (!known.contains(entry.getKey())) {
                throw Problem.of(
                                "unknown-key",
                                "The key %s is not known.".formatted(at(entry.getKey())),
                                "Known here are: "
                                        + String.join(
                                                ", ", known.stream().sorted().toList()) + ".")
                        .withObjects(List.of(at(entry.getKey())))
                        .asException();
            }
        }
        return this;
    }

    boolean has(String key) {
        return node.has(key) && !node.get(key).isNull();
    }

    String text(String key) {
        if (!has(key)) {
            throw Problem.of("missing-key", "The key %s is missing.".formatted(at(key)), "Add it to the file.")
                    .withObjects(List.of(at(key)))
                    .asException();
        }
        return text(node.get(key), at(key));
    }

    String text(String key, String otherwise) {
        return has(key) ? text(node.get(key), at(key)) : otherwise;
    }

    long number(String key, long otherwise, long least, long most) {
        if (!has(key)) {
            return otherwise;
        }
        var value = node.get(key);
        if (!value.isIntegralNumber()) {
            throw wrongType(at(key), "a whole number");
        }
        var number = value.asLong();
        if (number < least || number > most) {
            throw Problem.of(
                            "value-out-of-range",
                            "%s is %d, but must be from %d to %d.".formatted(at(key), number, least, most),
                            "Choose a value in this range.")
                    .withObjects(List.of(at(key)))
                    .asException();
        }
        return number;
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
            var inner = new Nodes(node.get(key), at(key));
            for (var entry : inner.node.properties()) {
                all.put(entry.getKey(), text(entry.getValue(), at(key) + "." + entry.getKey()));
            }
        }
        return all;
    }

    /** A list of mappings. */
    List<Nodes> mappings(String key) {
        var all = new ArrayList<Nodes>();
        if (has(key)) {
            if (!node.get(key).isArray()) {
                throw wrongType(at(key), "a list");
            }
            for (var item : node.get(key)) {
                all.add(new Nodes(item, at(key) + "[" + all.size() + "]"));
            }
        }
        return all;
    }

    Nodes inner(String key) {
        return new Nodes(node.get(key), at(key));
    }

    private static String text(JsonNode value, String path) {
        if (!value.isString()) {
            throw wrongType(path, "a text");
        }
        return value.asString();
    }

    String at(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    static GodwitException wrongType(String path, String wanted) {
        return Problem.of("wrong-type", "%s must be %s.".formatted(path, wanted), "See docs/reference/move-file.md.")
                .withObjects(List.of(path))
                .asException();
    }
}
