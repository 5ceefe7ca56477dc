package godwit.change;

import godwit.schema.Identifier;
import java.util.List;
import java.util.Optional;

/** A constraint over columns of a table; it has a name, since later migrations call it by that. */
public sealed interface TableConstraint {
    Identifier name();

    /** The columns that it names; those that an expression uses may be others. */
    List<Identifier> columns();

    /** The same by another name. */
    TableConstraint named(Identifier other);

    /**
     * No two rows are equal in these columns.
     *
     * @param columns in the constraint's order, at least one
     * @param nullsDistinct whether two rows with NULL count as different, as they do unless asked otherwise; equal ones from
     *     PostgreSQL 15 on
     */
    record Unique(
            Identifier name, List<Identifier> columns, boolean nullsDistinct, Deferral deferral, IndexParameters index)
            implements TableConstraint {
        public Unique {
            columns = List.copyOf(columns);
        }

        @Override
        public Unique named(Identifier other) {
            return new Unique(other, columns, nullsDistinct, deferral, index);
        }
    }

    /** @param columns in the key's order, at least one */
    record PrimaryKey(Identifier name, List<Identifier> columns, Deferral deferral, IndexParameters index)
            implements TableConstraint {
        public PrimaryKey {
            columns = List.copyOf(columns);
        }

        @Override
        public PrimaryKey named(Identifier other) {
            return new PrimaryKey(other, columns, deferral, index);
        }
    }

    /**
     * A condition holds for each row.
     *
     * @param columns those that the condition is about, where the file names them; may be empty
     * @param condition an expression
     * @param inherited whether it holds for tables that inherit too
     */
    record Check(Identifier name, List<Identifier> columns, String condition, boolean inherited)
            implements TableConstraint {
        public Check {
            columns = List.copyOf(columns);
        }

        @Override
        public Check named(Identifier other) {
            return new Check(other, columns, condition, inherited);
        }
    }

    /**
     * Each row points to a row of another table, or of the same.
     *
     * @param columns at least one
     * @param referenced as many, in the order of the columns that point to them
     */
    record ForeignKey(
            Identifier name,
            List<Identifier> columns,
            Identifier table,
            List<Identifier> referenced,
            ReferenceRules rules)
            implements TableConstraint {
        public ForeignKey {
            columns = List.copyOf(columns);
            referenced = List.copyOf(referenced);
        }

        @Override
        public ForeignKey named(Identifier other) {
            return new ForeignKey(other, columns, table, referenced, rules);
        }
    }

    /**
     * No two rows are alike by these operators.
     *
     * @param elements as they stand in the parentheses of EXCLUDE
     * @param predicate an expression
     */
    record Exclusion(
            Identifier name,
            Operation.IndexMethod method,
            String elements,
            Optional<String> predicate,
            Deferral deferral,
            IndexParameters index)
            implements TableConstraint {
        @Override
        public List<Identifier> columns() {
            return List.of();
        }

        @Override
        public Exclusion named(Identifier other) {
            return new Exclusion(other, method, elements, predicate, deferral, index);
        }
    }

    /** When a constraint is checked. */
    enum Deferral {
        NOT_DEFERRABLE,
        DEFERRABLE,
        /** It can be deferred, and is unless a transaction asks otherwise. */
        INITIALLY_DEFERRED;

        /** As it stands behind a constraint; empty for what is usual. */
        public String sql() {
            return switch (this) {
                case NOT_DEFERRABLE -> "";
                case DEFERRABLE -> " DEFERRABLE";
                case INITIALLY_DEFERRED -> " DEFERRABLE INITIALLY DEFERRED";
            };
        }
    }

    /**
     * What is said of the index that a constraint stands on.
     *
     * @param storageParameters as they stand behind WITH, without the parentheses
     * @param included columns that are in it beside its key
     */
    record IndexParameters(
            Optional<Identifier> tablespace, Optional<String> storageParameters, List<Identifier> included) {
        public static final IndexParameters NONE = new IndexParameters(Optional.empty(), Optional.empty(), List.of());

        public IndexParameters {
            included = List.copyOf(included);
        }
    }
}
