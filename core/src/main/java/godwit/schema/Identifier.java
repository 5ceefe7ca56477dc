package godwit.schema;

/**
 * A name in a database, and the only way by which a name reaches SQL.
 *
 * <p>It is always quoted: case, spaces and reserved words are kept as they are (PostgreSQL manual, 4.1.1).
 *
 * @param name the name as the catalog holds it, 1 to 63 bytes there; longer names are the server's to refuse
 */
public record Identifier(String name) implements Comparable<Identifier> {
    public Identifier {
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a name has at least one character and no NUL");
        }
    }

    /** The name in double quotes, as SQL takes it. */
    public String sql() {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    @Override
    public int compareTo(Identifier other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return sql();
    }
}
