package godwit.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/** The JSON Schema (draft 2020-12) of move files, by which editors complete and check them. */
public final class MoveFileSchema {
    private MoveFileSchema() {}

    public static String text() {
        try (var stream = MoveFileSchema.class.getResourceAsStream("move-file.schema.json")) {
            return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As nested maps. */
    public static Map<String, Object> document() {
        return Json.read(text());
    }
}
