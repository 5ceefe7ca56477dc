package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.List;
import java.util.Optional;

/**
 * A table as the catalog has it.
 *
 * @param columns in the table's order
 * @param key the columns by which its rows can be walked through: a primary key's, else those of a unique index without
 *     NULL; empty when it has none
 * @param rows as the server estimates them
 * @param bytes its size on disk, with what is stored out of line
 * @param hasTriggersBefore whether people have triggers on it that see rows before they are written
 * @param obstacle why two versions of its rows cannot be kept in step yet, if they cannot: {@code is partitioned}
 */
public record CatalogTable(
        TableName name,
        List<CatalogColumn> columns,
        List<Identifier> key,
        long rows,
        long bytes,
        boolean hasTriggersBefore,
        Optional<String> obstacle) {
    /** The obstacle of a partitioned table. */
    public static final String PARTITIONED = "is partitioned";

    public CatalogTable {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
    }

    /** The same of another size. */
    public CatalogTable sized(long otherRows, long otherBytes) {
        return new CatalogTable(name, columns, key, otherRows, otherBytes, hasTriggersBefore, obstacle);
    }

    Optional<CatalogColumn> column(Identifier column) {
        return columns.stream().filter(c -> c.name().equals(column)).findFirst();
    }
}
