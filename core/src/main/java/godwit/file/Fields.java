package godwit.file;

import godwit.GodwitException;
import godwit.Problem;
import godwit.schema.Identifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A mapping of a migration file, read field by field: names, SQL, words, and further mappings.
 *
 * <p>Tools that write such files give every field, so nothing, false, a blank text and an empty list are as good as a field
 * that is not there, wherever a field may be left out; only one of a few words is never blank.
 */
final class Fields {
    /** A name that is longer is cut off by the server without a word (PostgreSQL manual, 4.1.1). */
    private static final int NAME_BYTES_MAX = 63;

    private final Nodes nodes;

    Fields(Nodes nodes) {
        this.nodes = nodes;
    }

    /** Refuses every field that is not known. */
    Fields only(Set<String> known) {
        nodes.only(known);
        return this;
    }

    List<String> keys() {
        return nodes.keys();
    }

    boolean has(String key) {
        return nodes.has(key);
    }

    boolean isNull(String key) {
        return nodes.value(key).isNull();
    }

    boolean isMapping(String key) {
        return nodes.value(key).isObject();
    }

    /** A name that the server takes as it is. */
    Identifier name(String key) {
        return nameOf(nodes.at(key), nodes.text(key));
    }

    Optional<Identifier> maybeName(String key) {
        return nodes.text(key, "").isEmpty() ? Optional.empty() : Optional.of(name(key));
    }

    /** Names of which none stands twice; empty where the file has none. */
    List<Identifier> names(String key) {
        var names = nodes.texts(key).stream()
                .map(text -> nameOf(nodes.at(key), text))
                .toList();
        requireDistinct(key, names);
        return names;
    }

    void requireDistinct(String key, List<Identifier> names) {
        var seen = new HashSet<Identifier>();
        for (var name : names) {
            if (!seen.add(name)) {
                throw wrong(
                        "named-twice",
                        key,
                        "%s has the name %s twice.".formatted(nodes.at(key), name),
                        "Name it once.");
            }
        }
    }

    static Identifier nameOf(String path, String name) {
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            throw problem("wrong-name", path, "%s is no name.".formatted(path), "Give it one of 1 to 63 bytes.");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > NAME_BYTES_MAX) {
            throw problem(
                    "name-too-long",
                    path,
                    "The name at %s is longer than %d bytes.".formatted(path, NAME_BYTES_MAX),
                    "PostgreSQL would cut it off: choose a shorter one.");
        }
        return new Identifier(name);
    }

    /** SQL, or a part of a statement; blank is as good as missing. */
    String sql(String key) {
        return maybeSql(key).orElseThrow(() -> nodes.missing(key));
    }

    Optional<String> maybeSql(String key) {
        return Optional.of(nodes.text(key, "")).filter(text -> !text.isBlank());
    }

    Optional<Integer> maybeNumber(String key, int least, int most) {
        return has(key) ? Optional.of((int) nodes.number(key, least, least, most)) : Optional.empty();
    }

    List<String> texts(String key) {
        return nodes.texts(key);
    }

    boolean isTrue(String key) {
        return nodes.isTrue(key);
    }

    /** SQL by the name of the column whose value it gives; a blank one is as good as none. */
    SortedMap<Identifier, String> sqlByColumn(String key) {
        var all = new TreeMap<Identifier, String>();
        nodes.textByName(key).forEach((column, sql) -> {
            var name = nameOf(nodes.at(key), column);
            if (!sql.isBlank()) {
                all.put(name, sql);
            }
        });
        return all;
    }

    /** SQL for each of these columns and for no other. */
    SortedMap<Identifier, String> sqlByColumn(String key, List<Identifier> columns) {
        nodes.require(key);
        var all = sqlByColumn(key);
        var inside = nodes.section(key);
        inside.only(columns.stream().map(Identifier::name).collect(Collectors.toSet()));
        for (var column : columns) {
            if (!all.containsKey(column)) {
                throw inside.missing(column.name());
            }
        }
        return all;
    }

    /** One of the format's own words, which are lower case with underscores; in any case. */
    <E extends Enum<E>> E word(String key, Class<E> words) {
        return oneOf(key, words, Fields::formatWord);
    }

    <E extends Enum<E>> E word(String key, Class<E> words, E otherwise) {
        return has(key) ? word(key, words) : otherwise;
    }

    /** One of SQL's words, which are upper case with spaces between them; in any case. */
    <E extends Enum<E>> E sqlWord(String key, Class<E> words, E otherwise) {
        return has(key) ? oneOf(key, words, Fields::sqlWord) : otherwise;
    }

    private static String formatWord(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }

    private static String sqlWord(Enum<?> word) {
        return word.name().replace('_', ' ');
    }

    private <E extends Enum<E>> E oneOf(String key, Class<E> words, Function<Enum<?>, String> spelling) {
        var given = nodes.text(key);
        var known = Arrays.asList(words.getEnumConstants());
        return known.stream()
                .filter(word -> spelling.apply(word).equalsIgnoreCase(given))
                .findFirst()
                .orElseThrow(() -> wrong(
                        "value-unknown",
                        key,
                        "%s is none of the words that it may be.".formatted(nodes.at(key)),
                        "Choose one of: " + known.stream().map(spelling).collect(Collectors.joining(", ")) + "."));
    }

    /** A mapping that has to be there. */
    Fields section(String key) {
        nodes.require(key);
        return new Fields(nodes.section(key));
    }

    Fields sectionOrEmpty(String key) {
        return new Fields(nodes.section(key));
    }

    Optional<Fields> maybeSection(String key) {
        return nodes.has(key) ? Optional.of(section(key)) : Optional.empty();
    }

    /** A list of mappings; empty where the file has none. */
    List<Fields> list(String key) {
        return nodes.mappings(key).stream().map(Fields::new).toList();
    }

    boolean isListOfTexts(String key) {
        return nodes.value(key).path(0).isString();
    }

    /** Refuses fields that say something where they do not go with what else the file says. */
    void requireWithout(Set<String> keys, String other) {
        for (var key : keys()) {
            if (keys.contains(key) && says(key)) {
                throw wrong(
                        "field-does-not-fit",
                        key,
                        "%s does not go with %s.".formatted(nodes.at(key), other),
                        "Take one of them out of the file.");
            }
        }
    }

    private boolean says(String key) {
        var value = nodes.value(key);
        return switch (value.getNodeType()) {
            case NULL, MISSING -> false;
            case BOOLEAN -> value.asBoolean();
            case STRING -> !value.asString().isBlank();
            case ARRAY, OBJECT -> !value.isEmpty();
            case BINARY, NUMBER, POJO -> true;
        };
    }

    void require(String key) {
        nodes.require(key);
    }

    /** What is wrong with a field; with an empty key, with the mapping itself. */
    GodwitException wrong(String code, String key, String message, String hint) {
        return problem(code, nodes.at(key), message, hint);
    }

    private static GodwitException problem(String code, String path, String message, String hint) {
        return Problem.of(code, message, hint).withObjects(List.of(path)).asException();
    }

    /** Where the file has this; with an empty key this mapping itself. */
    String at(String key) {
        return nodes.at(key);
    }
}
