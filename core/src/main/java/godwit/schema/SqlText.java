package godwit.schema;

/**
 * A piece of SQL that a server wrote, or that people wrote and a server has read: a type, an expression, a definition.
 *
 * @param sql goes into statements as it is
 */
public record SqlText(String sql) {
    @Override
    public String toString() {
        return sql;
    }
}
