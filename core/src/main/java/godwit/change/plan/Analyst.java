package godwit.change.plan;

import godwit.change.ColumnSpec;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What only a server can say of a change: what people's SQL means, and what hangs on a column. */
public interface Analyst {
    /**
     * Reads a type.
     *
     * @throws godwit.GodwitException type-unknown
     */
    SqlText type(String text);

    /**
     * Reads an expression over a row.
     *
     * @param row the names that it may use, with their types
     * @param alias the table's name, by which it may qualify them
     * @param result the type of the column that takes its value
     * @throws godwit.GodwitException expression-invalid
     */
    Expression expression(Map<Identifier, SqlText> row, Identifier alias, String text, SqlText result);

    /**
     * What of a table stands on some of its columns, as it is to be for others that take their place.
     *
     * @param replaced of each table that changes, by a column that has something, the one that is to have it too
     * @param dropped of this table, the columns that go: what stands on one of them goes too
     */
    List<Carried> carried(
            CatalogTable table, Map<TableName, Map<Identifier, Identifier>> replaced, List<Identifier> dropped);

    /** Whether a default gives the same for all rows that are there, so that none of them has to be written. */
    boolean isSameForAll(SqlText type, String defaultValue);

    /**
     * Reads a condition over a row, as it is to be over columns that have other names.
     *
     * @param row the names that it may use, with their types
     * @param physical what each is called in the table
     * @throws godwit.GodwitException expression-invalid
     */
    SqlText condition(Map<Identifier, SqlText> row, Map<Identifier, Identifier> physical, String text);

    /**
     * What would keep columns from going, and is taken away for a moment; the outermost first.
     *
     * @throws godwit.GodwitException not-carried, where something cannot be taken away or given to what takes their place
     */
    List<Dependent> dependents(Leaving leaving);

    /** The statements that give the sequence of a column to the one that takes its place. */
    Succession succession(CatalogTable table, Identifier column, Identifier successor);

    /** The statements that give a view the owner and the rights of its table, under the names that it shows. */
    List<SqlText> rights(CatalogTable table, TableName view, Map<Identifier, Identifier> shownByPhysical);

    /** The statements that give a view of a table which is not there yet what the table will have by default privileges. */
    List<SqlText> rightsOfNew(Identifier schema, TableName view);

    /**
     * The statements that have the server number a column, and a sequence that gives its default go on as the identity's.
     *
     * @param column its name in the old version
     * @param name its name when they are run
     */
    List<SqlText> identity(CatalogTable table, Identifier column, Identifier name, ColumnSpec.Generated.Values values);

    /**
     * The statements after which sessions that are connected forget what plans they have kept of the functions of a table's triggers:
     * a plan for other types of columns fails.
     */
    List<SqlText> withoutKeptPlans(CatalogTable table);

    /** The functions of a table's triggers for which there is no such statement, because they are others'. */
    List<String> keepingPlans(CatalogTable table);

    /** The columns of a view, in its order; none where it is not there. */
    List<Identifier> columns(TableName view);

    /** The statements that give a version's schema the owner and the rights of its tables' schema. */
    List<SqlText> schemaRights(Identifier schema, Identifier version);

    /** Whether a relation of this name is there. */
    boolean isTaken(TableName name);

    /**
     * Reads statements that make a temporary table and change it, in their order.
     *
     * @throws godwit.GodwitException definition-invalid
     */
    void requireReadable(List<String> statements);

    /** @throws godwit.GodwitException not-carried, where views or other objects of people's stand on a table that is to go */
    void requireNothingOn(CatalogTable table);

    /** The columns of a constraint, in its order; empty where the table has none of this name. */
    Optional<List<Identifier>> constraintColumns(CatalogTable table, Identifier constraint);

    boolean hasPrimaryKey(CatalogTable table);

    /**
     * The table of an index.
     *
     * @throws godwit.GodwitException no-such-index, index-of-constraint
     */
    TableName indexed(TableName index);

    /** As it stands behind REPLICA IDENTITY. */
    SqlText replicaIdentity(CatalogTable table);

    /**
     * Runs statements where nobody notices, and works on what they leave from then on.
     *
     * @param before statements of the plan that come before them, and have not been run there
     * @throws godwit.GodwitException sql-invalid
     */
    Tried tried(List<String> before, SqlText statements);

    /**
     * What came of statements.
     *
     * @param after the schema's tables behind them; empty where there is no forecast
     */
    record Tried(Optional<Catalog> after, Forecast forecast) {}

    /** The roles that may use some columns of a table and not the table, which views that check rights by their users bar. */
    List<String> rolesOfColumns(CatalogTable table);

    /** The checks that some rows of a table may break, because they were never looked at: those rows cannot be written. */
    List<String> unproven(CatalogTable table);

    /** The triggers of people's that see rows of a table being filled, by their names. */
    List<String> firing(CatalogTable table);

    /** The sessions whose transactions have been open for more than a minute, by their pids. */
    List<Integer> oldTransactions();

    /** Whether views can check rights by whoever uses them (from PostgreSQL 15 on). */
    boolean hasSecurityInvoker();

    /**
     * An expression that a server has read.
     *
     * @param uses the columns that it reads
     */
    record Expression(SqlText sql, List<Identifier> uses) {
        public Expression {
            uses = List.copyOf(uses);
        }
    }

    /**
     * Columns that are to go.
     *
     * @param dropped those that nothing replaces
     * @param replaced those that another replaces, with its type
     * @param changed the tables whose references change with what they refer to
     */
    record Leaving(
            CatalogTable table, List<Identifier> dropped, Map<Identifier, SqlText> replaced, List<TableName> changed) {
        public Leaving {
            dropped = List.copyOf(dropped);
            replaced = Map.copyOf(replaced);
            changed = List.copyOf(changed);
        }
    }

    /**
     * Something that is taken away while columns are dropped.
     *
     * @param create makes it again
     */
    record Dependent(SqlText drop, List<SqlText> create) {
        public Dependent {
            create = List.copyOf(create);
        }
    }

    /**
     * How a sequence comes to another column; nothing for a column that has none.
     *
     * @param before while the old column is there
     * @param after when it is gone
     */
    record Succession(List<SqlText> before, List<SqlText> after) {
        public Succession {
            before = List.copyOf(before);
            after = List.copyOf(after);
        }
    }
}
