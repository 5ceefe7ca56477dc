package godwit.postgres.catalog;

/**
 * Something that stands in the way of carrying a schema as it is.
 *
 * @param code a kebab-case name that scripts rely on
 * @param message what it is about, with its definition where the server gives it
 * @param hint what to do now
 * @param object the object's name as the server describes it
 * @param blocks whether the schema cannot be carried because of it; else it is only to be known
 */
public record SchemaFinding(String code, String message, String hint, String object, boolean blocks) {
    static SchemaFinding blocking(String code, String message, String hint, String object) {
        return new SchemaFinding(code, message, hint, object, true);
    }

    static SchemaFinding notice(String code, String message, String hint, String object) {
        return new SchemaFinding(code, message, hint, object, false);
    }
}
