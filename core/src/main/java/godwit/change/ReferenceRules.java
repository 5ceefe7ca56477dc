package godwit.change;

import godwit.schema.Identifier;
import java.util.List;

/**
 * What a foreign key does beside pointing.
 *
 * @param onDeleteColumns only with SET NULL or SET DEFAULT: the columns that are set (from PostgreSQL 15 on); empty: all
 */
public record ReferenceRules(
        Match match,
        Action onDelete,
        List<Identifier> onDeleteColumns,
        Action onUpdate,
        TableConstraint.Deferral deferral) {
    public ReferenceRules {
        onDeleteColumns = List.copyOf(onDeleteColumns);
    }

    /** When a key counts as pointing. MATCH PARTIAL is in the standard only: PostgreSQL does not have it. */
    public enum Match {
        SIMPLE,
        FULL
    }

    /** What happens to the rows that point when that to which they point goes or gets another key. */
    public enum Action {
        NO_ACTION,
        RESTRICT,
        CASCADE,
        SET_NULL,
        SET_DEFAULT;

        /** As SQL has it. */
        public String sql() {
            return name().replace('_', ' ');
        }
    }
}
