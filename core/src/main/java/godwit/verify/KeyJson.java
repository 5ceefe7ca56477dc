package godwit.verify;

import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/** Writes a row's key as a JSON object, as reports show it. */
public final class KeyJson {
    private static final Set<String> NUMBERS = Set.of("smallint", "integer", "bigint", "numeric");
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?");

    private KeyJson() {}

    /**
     * A key's object, such as {@code {"id": 5, "day": "2026-01-01"}}.
     *
     * @param columns the names of the key's columns
     * @param types their types, as many; numbers are written without quotes
     */
    public static String of(List<String> columns, List<String> types, RowKey key) {
        var object = new StringJoiner(", ", "{", "}");
        for (int i = 0; i < columns.size(); i++) {
            object.add(quoted(columns.get(i)) + ": "
                    + value(types.get(i), key.values().get(i)));
        }
        return object.toString();
    }

    /** The object that stands for a row without a key. */
    public static String ofCopies(RowKey hash, long copies) {
        return "{\"row\": " + quoted(hash.values().getFirst()) + ", \"copies\": " + copies + "}";
    }

    private static String value(String type, String text) {
        var plain = type.replaceFirst("\\(.*", "");
        return NUMBERS.contains(plain) && NUMBER.matcher(text).matches() ? text : quoted(text);
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.chars().forEach(character -> quoted.append(escaped((char) character)));
        return quoted.append('"').toString();
    }

    private static String escaped(char character) {
        return switch (character) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> character < ' ' ? "\\u%04x".formatted((int) character) : String.valueOf(character);
        };
    }
}
