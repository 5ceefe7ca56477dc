package godwit.postgres.catalog;

/**
 * Something that stands in the way of carrying a schema as it is.
 *
 * @param code a kebab-case name that scripts rely on
 * @param message what it is about, with its definition where the server gives it
 * @param hint what to do now
 * @param object the object's name as the server describes it
 */
public record SchemaFinding(String code, String message, String hint, String object) {}
