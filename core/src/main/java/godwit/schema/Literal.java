package godwit.schema;

/**
 * A value inside SQL text, for the few statements that take no parameters (PostgreSQL manual, 4.1.2).
 *
 * @param value the text; a NUL cannot be held by PostgreSQL and is refused
 */
public record Literal(String value) {
    public Literal {
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a text value in PostgreSQL holds no NUL");
        }
    }

    /** The value in quotes; with a backslash in it as an E'' string, so that the server's settings do not matter. */
    public String sql() {
        var quoted = "'" + value.replace("'", "''").replace("\\", "\\\\") + "'";
        return value.indexOf('\\') >= 0 ? " E" + quoted : quoted;
    }

    @Override
    public String toString() {
        return sql();
    }
}
