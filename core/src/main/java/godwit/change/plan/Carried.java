package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.SqlText;
import java.util.List;

/** Something of a column's that the column which takes its place has to have too. */
public sealed interface Carried {
    /** Statements that give it, under the name of what it stands for, what else that had: a comment, a table's order. */
    default List<SqlText> afterwards() {
        return List.of();
    }

    /**
     * What is the column's own: comment, statistics, storage, privileges.
     *
     * @param statements for the new column
     */
    record Settings(List<SqlText> statements) implements Carried {
        public Settings {
            statements = List.copyOf(statements);
        }
    }

    /**
     * An index.
     *
     * @param index its name
     * @param definition what stands behind ON in the statement that makes it, with the new columns
     * @param constraint what stands behind USING INDEX where it is a constraint's: DEFERRABLE and the like
     */
    record Index(Identifier index, Kind kind, SqlText definition, SqlText constraint, List<SqlText> afterwards)
            implements Carried {
        public Index {
            afterwards = List.copyOf(afterwards);
        }

        /** What an index is there for. */
        public enum Kind {
            PLAIN,
            UNIQUE,
            UNIQUE_CONSTRAINT,
            PRIMARY_KEY
        }

        boolean isUnique() {
            return kind != Kind.PLAIN;
        }

        boolean isConstraint() {
            return kind == Kind.UNIQUE_CONSTRAINT || kind == Kind.PRIMARY_KEY;
        }
    }

    /**
     * A check.
     *
     * @param definition as pg_get_constraintdef writes it, with the new columns and without NOT VALID
     * @param validated whether it holds for all rows
     */
    record Check(Identifier constraint, SqlText definition, boolean validated, List<SqlText> afterwards)
            implements Carried {
        public Check {
            afterwards = List.copyOf(afterwards);
        }
    }

    /**
     * A foreign key of the table, of whose columns or of those that they refer to some are replaced.
     *
     * @param definition as pg_get_constraintdef writes it, with the new columns on both sides and without NOT VALID
     * @param validated whether it holds for all rows
     */
    record Reference(Identifier constraint, SqlText definition, boolean validated, List<SqlText> afterwards)
            implements Carried {
        public Reference {
            afterwards = List.copyOf(afterwards);
        }
    }
}
