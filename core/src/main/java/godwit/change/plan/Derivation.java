package godwit.change.plan;

import godwit.change.Alteration;
import godwit.change.ColumnSpec;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import java.util.List;
import java.util.Optional;

/** What one operation does to one column. */
sealed interface Derivation {
    /** What a column without a default has. */
    SqlText NOTHING = new SqlText("NULL");

    /**
     * A value becomes another.
     *
     * @param before the row that {@code up} reads
     * @param after the row that {@code down} reads
     * @param name what the column is called then
     */
    record Altered(
            List<Shown> before,
            List<Shown> after,
            Identifier name,
            Slot from,
            Slot to,
            Analyst.Expression up,
            Analyst.Expression down,
            Alteration change)
            implements Derivation {}

    /**
     * A column comes.
     *
     * @param up what rows get; without it the column's default
     */
    record Added(
            List<Shown> before,
            Slot to,
            Optional<Analyst.Expression> up,
            Optional<SqlText> defaultValue,
            ColumnSpec column)
            implements Derivation {
        SqlText usual() {
            return defaultValue.orElse(NOTHING);
        }
    }

    /** @param down what the old version reads; without it the column's default */
    record Dropped(List<Shown> after, Slot from, Optional<Analyst.Expression> down) implements Derivation {}
}
