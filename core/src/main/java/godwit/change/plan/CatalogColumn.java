package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.SqlText;
import java.util.Optional;

/**
 * A column as the catalog has it.
 *
 * @param type as format_type writes it
 * @param collation where it is not its type's own
 * @param defaultValue as the server writes it; none for a column that is generated or an identity
 * @param filledBy whether the server itself gives its values
 */
public record CatalogColumn(
        Identifier name,
        SqlText type,
        Optional<SqlText> collation,
        boolean notNull,
        Optional<SqlText> defaultValue,
        FilledBy filledBy) {
    /** Who gives a column its values. */
    public enum FilledBy {
        CLIENTS,
        IDENTITY,
        EXPRESSION
    }
}
