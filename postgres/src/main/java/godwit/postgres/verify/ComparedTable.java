package godwit.postgres.verify;

import godwit.schema.Column;
import godwit.schema.Identifier;
import godwit.schema.Table;
import java.util.List;
import java.util.Objects;

/**
 * A table that both sides have, and how its rows are compared.
 *
 * @param table the table on the leader
 * @param columns the columns that both sides have, in the order of the leader's catalog
 * @param key the columns by which rows are matched; empty when rows are matched as wholes
 * @param leader what the leader has under its name
 * @param follower what the follower has under its name
 */
record ComparedTable(Table table, List<Identifier> columns, List<Identifier> key, Relation leader, Relation follower) {
    ComparedTable {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
    }

    boolean hasKey() {
        return !key.isEmpty();
    }

    long bytes() {
        return leader.bytes() + follower.bytes();
    }

    /** Stored columns that both sides have: what a repair writes. */
    List<Column> repairable() {
        return table.stored().stream().filter(c -> columns.contains(c.name())).toList();
    }

    /** Whether the stored columns have the same types on both sides, in a binary form that means the same on both. */
    boolean isBinary() {
        return table.isBinary()
                && !table.isNumbered()
                && repairable().stream()
                        .map(column -> column.name().name())
                        .allMatch(name -> Objects.equals(
                                leader.types().get(name), follower.types().get(name)));
    }

    /** The same table without the columns that the server computes. */
    ComparedTable storedOnly() {
        var names = repairable().stream().map(Column::name).toList();
        return new ComparedTable(table, names, key, leader, follower);
    }
}
