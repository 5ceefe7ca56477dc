package godwit.change;

import godwit.schema.Identifier;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One operation of a migration, with the fields of pgroll's format (schema.json of its version 0.16).
 *
 * <p>Tables are named without their schema, which is the one that the migration is run for. {@code up} and {@code down} are
 * SQL expressions over a row's columns, or queries that give one value: up gives the new version's value from a row of the
 * old one, down the other way round. No text here is blank, and none has been understood: whether it is SQL, and whether
 * what it names is there, is found out by the plan.
 */
public sealed interface Operation {
    /** The operation's name in files. */
    default String word() {
        return switch (this) {
            case CreateTable made -> "create_table";
            case DropTable dropped -> "drop_table";
            case RenameTable renamed -> "rename_table";
            case AddColumn added -> "add_column";
            case DropColumn dropped -> "drop_column";
            case RenameColumn renamed -> "rename_column";
            case AlterColumn altered -> "alter_column";
            case CreateConstraint made -> "create_constraint";
            case DropConstraint dropped ->
                dropped.down() instanceof Expressions.OfOnlyColumn ? "drop_constraint" : "drop_multicolumn_constraint";
            case RenameConstraint renamed -> "rename_constraint";
            case CreateIndex made -> "create_index";
            case DropIndex dropped -> "drop_index";
            case SetReplicaIdentity set -> "set_replica_identity";
            case SetColumnProperties set -> "set_column_properties";
            case SetStorageParameters set -> "set_storage_parameters";
            case SetIdentity set -> "set_identity";
            case DropIdentity dropped -> "drop_identity";
            case RawSql run -> "sql";
        };
    }

    /**
     * Makes a table.
     *
     * @param columns in the table's order, each name once; those with {@link ColumnSpec#key} are its primary key
     * @param constraints each name once
     */
    record CreateTable(
            Identifier table, List<ColumnSpec> columns, List<TableConstraint> constraints, Optional<String> comment)
            implements Operation {
        public CreateTable {
            columns = List.copyOf(columns);
            constraints = List.copyOf(constraints);
        }
    }

    /** Takes a table away. */
    record DropTable(Identifier table) implements Operation {}

    /** Gives a table another name. */
    record RenameTable(Identifier from, Identifier to) implements Operation {}

    /** @param up what rows that are there, and rows that the old version writes, get; without it the column's default */
    record AddColumn(Identifier table, ColumnSpec column, Optional<String> up) implements Operation {}

    /** @param down what the old version reads in rows that the new one writes; without it the column's default, or NULL */
    record DropColumn(Identifier table, Identifier column, Optional<String> down) implements Operation {}

    /** Gives a column another name. */
    record RenameColumn(Identifier table, Identifier from, Identifier to) implements Operation {}

    /**
     * Changes what a column is.
     *
     * @param up there where the change of type, check or foreign key asks for other values, or NULL is no longer allowed;
     *     without it the value stays
     * @param down there for type, check and foreign key, and where NULL is allowed from now on; without it the value stays
     */
    record AlterColumn(
            Identifier table, Identifier column, Alteration change, Optional<String> up, Optional<String> down)
            implements Operation {}

    /**
     * Adds a constraint to a table that is there.
     *
     * @param constraint any but an exclusion
     * @param up for each column of the constraint and no other
     * @param down the same
     */
    record CreateConstraint(
            Identifier table, TableConstraint constraint, Expressions.ByColumn up, Expressions.ByColumn down)
            implements Operation {}

    /**
     * Takes a constraint away.
     *
     * @param up where it says nothing of a column, its value stays
     * @param down what the old version reads, which the constraint still holds for; says something
     */
    record DropConstraint(Identifier table, Identifier constraint, Expressions up, Expressions down)
            implements Operation {}

    /** Gives a constraint another name. */
    record RenameConstraint(Identifier table, Identifier from, Identifier to) implements Operation {}

    /**
     * Makes an index.
     *
     * @param fields at least one, in the index's order
     * @param predicate an expression; the rows for which it is true are in the index
     * @param storageParameters as they stand behind WITH, without the parentheses
     */
    record CreateIndex(
            Identifier index,
            Identifier table,
            List<IndexField> fields,
            IndexMethod method,
            boolean unique,
            Optional<String> predicate,
            Optional<String> storageParameters)
            implements Operation {
        public CreateIndex {
            fields = List.copyOf(fields);
        }
    }

    /** Takes an index away. */
    record DropIndex(Identifier index) implements Operation {}

    /** Says what the log holds of the old version of a changed row. */
    record SetReplicaIdentity(Identifier table, Identity identity) implements Operation {
        /** As ALTER TABLE … REPLICA IDENTITY has them. */
        public sealed interface Identity {
            /** NOTHING. */
            record Nothing() implements Identity {}

            /** DEFAULT. */
            record PrimaryKey() implements Identity {}

            /** FULL. */
            record WholeRow() implements Identity {}

            /** USING INDEX. */
            record Index(Identifier index) implements Identity {}
        }
    }

    /**
     * Says how a column's values are kept and looked at, at least one of it.
     *
     * @param statistics how finely ANALYZE looks at them: -1 as the server is set, 0 not at all, 10,000 at most
     */
    record SetColumnProperties(
            Identifier table,
            Identifier column,
            Optional<Integer> statistics,
            Optional<Storage> storage,
            Optional<Compression> compression)
            implements Operation {
        /** As ALTER COLUMN … SET STORAGE has them. */
        public enum Storage {
            PLAIN,
            EXTERNAL,
            EXTENDED,
            MAIN
        }

        /** As ALTER COLUMN … SET COMPRESSION has them. */
        public enum Compression {
            PGLZ,
            LZ4,
            DEFAULT
        }
    }

    /**
     * Sets storage parameters of a table.
     *
     * @param parameters as they stand behind SET, without the parentheses
     * @param reset those that become the server's own again
     */
    record SetStorageParameters(Identifier table, Optional<String> parameters, List<String> reset)
            implements Operation {
        public SetStorageParameters {
            reset = List.copyOf(reset);
        }
    }

    /** Has the server number a column's rows; a sequence that it has goes on as the identity's. */
    record SetIdentity(Identifier table, Identifier column, ColumnSpec.Generated.Values values) implements Operation {}

    /** Has clients give a column its numbers again. */
    record DropIdentity(Identifier table, Identifier column) implements Operation {}

    /**
     * Statements of people's own.
     *
     * @param down statements that undo it; never with {@code onComplete}
     * @param onComplete whether it is run when the migration is completed, not when it starts
     */
    record RawSql(String up, Optional<String> down, boolean onComplete) implements Operation {}

    /** SQL expressions for the columns of a constraint. */
    sealed interface Expressions {
        /** For no column. */
        Expressions NONE = new ByColumn(new TreeMap<>());

        /** One for the constraint's only column, whose name only the database knows. */
        record OfOnlyColumn(String expression) implements Expressions {}

        /** One for each of these columns. */
        record ByColumn(SortedMap<Identifier, String> expressions) implements Expressions {
            public ByColumn {
                expressions = Collections.unmodifiableSortedMap(new TreeMap<>(expressions));
            }
        }
    }

    /** Access methods of indexes. */
    enum IndexMethod {
        BTREE,
        HASH,
        GIST,
        SPGIST,
        GIN,
        BRIN
    }
}
