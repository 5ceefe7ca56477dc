package godwit.postgres.catalog;

import godwit.schema.TableName;
import java.util.List;
import java.util.Optional;

/**
 * One object: how it is made and how it is taken away.
 *
 * @param kind what it is, such as {@code table} or {@code foreign key}
 * @param identity its name as people write it; with its table where names are unique only there
 * @param phase when it may be made
 * @param table the table that it belongs to, if any; for a table itself its own name
 * @param create the statements that make it, with its owner, comment and privileges, to run one by one
 * @param drop the statement that takes it away, also when it is already gone
 * @param maker who can make it
 * @param before for what a target may have already: the query that {@link TargetForm} asks it
 * @param index the index that the first statement builds; that takes long, and others of its table can be built beside it
 */
public record SchemaObject(
        String kind,
        String identity,
        SchemaPhase phase,
        Optional<TableName> table,
        List<String> create,
        String drop,
        Maker maker,
        Optional<String> before,
        Optional<TableName> index) {
    /** Who can make an object. */
    public enum Maker {
        /** Whoever may create objects there and can act as its owner. */
        ANYBODY,
        /** Only a superuser. */
        SUPERUSER,
        /** Only a superuser; nothing stands on it, so that others go without it. */
        SUPERUSER_OR_NOBODY
    }

    public SchemaObject {
        create = List.copyOf(create);
    }

    /**
     * The same as two objects, where there is more to it than an index: what is built beside other indexes of the table,
     * and what has to have the table for itself for a moment. Made in one transaction, two such objects of one table could
     * wait for each other.
     */
    public List<SchemaObject> parts() {
        if (index.isEmpty() || create.size() == 1) {
            return List.of(this);
        }
        var built = List.of(create.getFirst());
        return List.of(
                new SchemaObject("built " + kind, identity, phase, table, built, dropIndex(), maker, before, index),
                as(create.subList(1, create.size()), drop));
    }

    private String dropIndex() {
        return "DROP INDEX IF EXISTS " + index.orElseThrow().sql();
    }

    SchemaObject as(List<String> otherCreate, String otherDrop) {
        return new SchemaObject(
                kind, identity, phase, table, otherCreate, otherDrop, maker, Optional.empty(), Optional.empty());
    }

    SchemaObject in(SchemaPhase later) {
        return new SchemaObject(kind, identity, later, table, create, drop, maker, before, index);
    }
}
