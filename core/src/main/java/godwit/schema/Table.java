package godwit.schema;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A table that holds rows itself: ordinary, or a leaf of a partitioned one.
 *
 * @param name its name
 * @param columns all live columns in the order of the catalog, generated ones too
 * @param key the columns of the replica identity or, with FULL, of a unique index that could be one; empty when rows
 *     have no key
 * @param identity what the log says of a changed row's old version
 * @param bytes its size on disk, without indexes, when it was read
 * @param rows the server's estimate of its rows; 0 when it has none
 * @param selection which of its rows go along
 */
public record Table(
        TableName name,
        List<Column> columns,
        List<Identifier> key,
        ReplicaIdentity identity,
        long bytes,
        long rows,
        RowSelection selection) {
    public Table {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
    }

    /** The same table with other rows of it selected. */
    public Table selecting(RowSelection other) {
        return new Table(name, columns, key, identity, bytes, rows, other);
    }

    /** The same table, about this large. */
    public Table ofAbout(long estimatedRows) {
        return new Table(name, columns, key, identity, bytes, estimatedRows, selection);
    }

    /** The columns that a copy or a change carries: all but the generated ones. */
    public List<Column> stored() {
        return columns.stream().filter(column -> !column.generated()).toList();
    }

    public boolean hasKey() {
        return !key.isEmpty();
    }

    public Optional<Column> column(String wanted) {
        return columns.stream().filter(c -> c.name().name().equals(wanted)).findFirst();
    }

    /** The stored columns' names, quoted and separated by commas. */
    public String storedSql() {
        return stored().stream().map(c -> c.name().sql()).collect(Collectors.joining(", "));
    }

    /** Whether every column may travel in PostgreSQL's binary form. */
    public boolean isBinary() {
        return stored().stream().allMatch(Column::binary);
    }

    /** Whether the binary form of some column holds numbers of objects, which are others on another server. */
    public boolean isNumbered() {
        return stored().stream().anyMatch(Column::numbered);
    }
}
