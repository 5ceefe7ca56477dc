package godwit.change;

import godwit.schema.Identifier;
import java.util.Optional;

/**
 * A column that is to be made.
 *
 * @param type as SQL has it, such as {@code varchar(40)}
 * @param nullable whether it takes NULL; a column of a primary key never does
 * @param key whether it is the table's primary key, or a part of it
 * @param defaultValue an expression; never beside {@code generated}
 */
public record ColumnSpec(
        Identifier name,
        String type,
        boolean nullable,
        boolean key,
        boolean unique,
        Optional<String> defaultValue,
        Optional<String> comment,
        Optional<Check> check,
        Optional<Reference> references,
        Optional<Generated> generated) {

    /**
     * A check of one column.
     *
     * @param condition an expression
     * @param inherited whether it holds for tables that inherit too
     */
    public record Check(Identifier name, String condition, boolean inherited) {}

    /** A foreign key of one column. */
    public record Reference(Identifier name, Identifier table, Identifier column, ReferenceRules rules) {}

    /** What the server itself fills a column with. */
    public sealed interface Generated {
        /** @param expression over the row's other columns; stored */
        record Stored(String expression) implements Generated {}

        /**
         * Numbers of a sequence.
         *
         * @param sequenceOptions as they stand in the parentheses behind AS IDENTITY
         */
        record IdentityColumn(Values values, Optional<String> sequenceOptions) implements Generated {}

        /** Whether a client may give a value of its own. */
        enum Values {
            ALWAYS,
            BY_DEFAULT;

            /** As SQL has it. */
            public String sql() {
                return name().replace('_', ' ');
            }
        }
    }
}
