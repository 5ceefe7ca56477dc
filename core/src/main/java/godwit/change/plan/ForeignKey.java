package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.List;

/**
 * A foreign key as the catalog has it.
 *
 * @param columns of the table, in the key's order
 * @param referencedColumns as many, in the same order
 */
public record ForeignKey(
        Identifier name,
        TableName table,
        List<Identifier> columns,
        TableName referenced,
        List<Identifier> referencedColumns) {
    public ForeignKey {
        columns = List.copyOf(columns);
        referencedColumns = List.copyOf(referencedColumns);
    }
}
