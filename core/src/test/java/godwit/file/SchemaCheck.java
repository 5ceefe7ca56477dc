package godwit.file;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Whether a document is as a JSON Schema (draft 2020-12) wants it; knows the keywords that ours use, and refuses schemas with
 * others.
 */
final class SchemaCheck {
    private static final Set<String> REMARKS = Set.of("$schema", "$defs", "title", "description", "default", "then");

    private final JsonNode root;

    SchemaCheck(JsonNode root) {
        this.root = root;
    }

    boolean accepts(JsonNode document) {
        return fits(document, root);
    }

    private boolean fits(JsonNode value, JsonNode schema) {
        if (schema.isBoolean()) {
            return schema.asBoolean();
        }
        for (var rule : schema.properties()) {
            if (!REMARKS.contains(rule.getKey()) && !follows(value, rule.getKey(), rule.getValue(), schema)) {
                return false;
            }
        }
        return true;
    }

    private boolean follows(JsonNode value, String keyword, JsonNode rule, JsonNode schema) {
        return switch (keyword) {
            case "$ref" -> fits(value, root.at(rule.asString().substring(1)));
            case "allOf" -> count(value, rule) == rule.size();
            case "anyOf" -> count(value, rule) > 0;
            case "oneOf" -> count(value, rule) == 1;
            case "not" -> !fits(value, rule);
            case "if" -> !fits(value, rule) || fits(value, schema.path("then"));
            case "enum" -> contains(rule, value);
            case "const" -> rule.equals(value);
            case "type" -> isOfType(value, rule);
            case "minLength" -> !value.isString() || value.asString().length() >= rule.asInt();
            case "minimum" -> !value.isNumber() || value.asLong() >= rule.asLong();
            case "maximum" -> !value.isNumber() || value.asLong() <= rule.asLong();
            case "maxLength" -> !value.isString() || value.asString().length() <= rule.asInt();
            case "pattern" ->
                !value.isString()
                        || Pattern.compile(rule.asString())
                                .matcher(value.asString())
                                .find();
            default -> value.isArray() ? ofList(value, keyword, rule) : ofMapping(value, keyword, rule, schema);
        };
    }

    private boolean ofList(JsonNode list, String keyword, JsonNode rule) {
        return switch (keyword) {
            case "items" -> list.valueStream().allMatch(item -> fits(item, rule));
            case "minItems" -> list.size() >= rule.asInt();
            case "uniqueItems" -> new HashSet<>(list.valueStream().toList()).size() == list.size();
            default -> isOfMapping(keyword);
        };
    }

    private boolean ofMapping(JsonNode value, String keyword, JsonNode rule, JsonNode schema) {
        if (!value.isObject()) {
            return Set.of("items", "minItems", "uniqueItems").contains(keyword) || isOfMapping(keyword);
        }
        return switch (keyword) {
            case "required" -> rule.valueStream().allMatch(key -> value.has(key.asString()));
            case "properties" ->
                rule.propertyStream()
                        .allMatch(p -> !value.has(p.getKey()) || fits(value.get(p.getKey()), p.getValue()));
            case "additionalProperties" ->
                value.propertyStream()
                        .filter(p -> !schema.path("properties").has(p.getKey()))
                        .allMatch(p -> fits(p.getValue(), rule));
            case "propertyNames" ->
                value.propertyStream()
                        .allMatch(p -> fits(tools.jackson.databind.node.StringNode.valueOf(p.getKey()), rule));
            case "minProperties" -> value.size() >= rule.asInt();
            case "maxProperties" -> value.size() <= rule.asInt();
            case "items", "minItems", "uniqueItems" -> true;
            default -> throw new AssertionError("the keyword " + keyword + " is not known");
        };
    }

    private static boolean isOfMapping(String keyword) {
        if (!Set.of("required", "properties", "additionalProperties", "propertyNames", "minProperties", "maxProperties")
                .contains(keyword)) {
            throw new AssertionError("the keyword " + keyword + " is not known");
        }
        return true;
    }

    private long count(JsonNode value, JsonNode schemas) {
        return schemas.valueStream().filter(schema -> fits(value, schema)).count();
    }

    private static boolean contains(JsonNode values, JsonNode value) {
        return values.valueStream().anyMatch(value::equals);
    }

    private static boolean isOfType(JsonNode value, JsonNode type) {
        if (type.isArray()) {
            return type.valueStream().anyMatch(one -> isOfType(value, one));
        }
        return switch (type.asString()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "integer" -> value.isIntegralNumber();
            default -> throw new AssertionError("the type " + type + " is not known");
        };
    }
}
