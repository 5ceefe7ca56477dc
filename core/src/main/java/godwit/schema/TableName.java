package godwit.schema;

/** A table's schema and name. */
public record TableName(Identifier schema, Identifier name) implements Comparable<TableName> {
    public static TableName of(String schema, String name) {
        return new TableName(new Identifier(schema), new Identifier(name));
    }

    /** The quoted, qualified name, as SQL takes it. */
    public String sql() {
        return schema.sql() + "." + name.sql();
    }

    /** The name as people write it, without quotes: {@code public.persons}. */
    public String plain() {
        return schema.name() + "." + name.name();
    }

    @Override
    public int compareTo(TableName other) {
        var bySchema = schema.compareTo(other.schema);
        return bySchema != 0 ? bySchema : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return plain();
    }
}
