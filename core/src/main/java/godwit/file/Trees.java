package godwit.file;

import godwit.Problem;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLParser;

/** Reads people's YAML and JSON: one document, in which a key stands once and everything is written out. */
final class Trees {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Trees() {}

    static JsonNode read(String text) {
        return json(text).orElseGet(() -> yaml(text));
    }

    /** YAML takes nearly all JSON, but no tabs before its lines. What is no JSON may be YAML in braces. */
    private static Optional<JsonNode> json(String text) {
        if (!text.stripLeading().startsWith("{")) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readTree(text));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static JsonNode yaml(String text) {
        try {
            requireNoAlias(text);
            return YAML.readTree(text);
        } catch (JacksonException e) {
            var at = e.getLocation();
            throw Problem.of(
                            "malformed-file",
                            "The file is neither YAML nor JSON, at line %d, column %d."
                                    .formatted(at == null ? 0 : at.getLineNr(), at == null ? 0 : at.getColumnNr()),
                            "Mend the syntax there; a key may stand only once, and a file holds one document.")
                    .asException(e);
        }
    }

    /** The parser takes an alias for a text, its name, so that the file would say what nobody wrote. */
    private static void requireNoAlias(String text) {
        try (var parser = YAML.createParser(text)) {
            while (parser.nextToken() != null) {
                if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
                    throw Problem.of(
                                    "alias-in-file",
                                    "The file has an alias at line %d."
                                            .formatted(parser.currentTokenLocation()
                                                    .getLineNr()),
                                    "Write out what it stands for.")
                            .asException();
                }
            }
        }
    }
}
