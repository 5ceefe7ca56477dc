package godwit.file;

import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Writes values as JSON, and reads JSON that Godwit wrote. */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    /** One line of JSON for maps, lists, texts, numbers, booleans and records made of them. */
    public static String write(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /** Reads an object that {@link #write} wrote, as nested maps and lists. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> read(String json) {
        return MAPPER.readValue(json, Map.class);
    }
}
