package godwit.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/** The JSON Schemas (draft 2020-12) of people's files, by which editors complete and check them. */
public enum FileSchema {
    MOVE("move-file.schema.json"),
    MIGRATION("migration-file.schema.json");

    private final String resource;

    FileSchema(String resource) {
        this.resource = resource;
    }

    public String text() {
        try (var stream = FileSchema.class.getResourceAsStream(resource)) {
            return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As nested maps. */
    public Map<String, Object> document() {
        return Json.read(text());
    }
}
