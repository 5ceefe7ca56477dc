package godwit.change;

import godwit.schema.Identifier;
import java.util.List;
import java.util.Optional;

/**
 * A column of an index.
 *
 * @param collation as SQL names it; may be qualified
 */
public record IndexField(
        Identifier column, Optional<String> collation, Sort sort, Nulls nulls, Optional<OperatorClass> operatorClass) {
    /** A column with nothing else said of it. */
    public static IndexField of(Identifier column) {
        return new IndexField(column, Optional.empty(), Sort.USUAL, Nulls.USUAL, Optional.empty());
    }

    /**
     * How the index compares the column's values.
     *
     * @param name may be qualified
     * @param parameters each as {@code name = value}
     */
    public record OperatorClass(String name, List<String> parameters) {
        public OperatorClass {
            parameters = List.copyOf(parameters);
        }
    }

    /** The order of the column's values. */
    public enum Sort {
        /** What the file says nothing of: ascending. */
        USUAL,
        ASC,
        DESC
    }

    /** Where NULL stands in it. */
    public enum Nulls {
        /** What the file says nothing of: as the highest values. */
        USUAL,
        FIRST,
        LAST
    }
}
