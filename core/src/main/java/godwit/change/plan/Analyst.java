package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.List;
import java.util.Map;

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
     * @param replaced by a column that has something, the one that is to have it too
     */
    List<Carried> carried(CatalogTable table, Map<Identifier, Identifier> replaced);

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

    /** What would keep columns from going: the statements that take it away for a moment, and those that make it again. */
    Dependents dependents(CatalogTable table, List<Identifier> columns);

    /** The statements that give a view the owner and the rights of its table, under the names that it shows. */
    List<SqlText> rights(CatalogTable table, TableName view, Map<Identifier, Identifier> shownByPhysical);

    /** The statements that give a version's schema the owner and the rights of its tables' schema. */
    List<SqlText> schemaRights(Identifier schema, Identifier version);

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
     * What is taken away while columns are dropped.
     *
     * @param drop the outermost first
     * @param create in the order of the making
     */
    record Dependents(List<SqlText> drop, List<SqlText> create) {
        public Dependents {
            drop = List.copyOf(drop);
            create = List.copyOf(create);
        }
    }
}
