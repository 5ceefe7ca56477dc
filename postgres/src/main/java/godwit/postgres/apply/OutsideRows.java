package godwit.postgres.apply;

import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import godwit.schema.RowSelection;
import godwit.schema.Table;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What the source has of rows outside a table's selection that came from the target, by their keys.
 *
 * <p>While the target has the writes its applications may write rows that the selection does not have. They go to the
 * source like all others, and change and go there like all others; only by this list are they told from the source's own
 * rows that never moved. It is committed with them, and empty again when the writes leave the source.
 */
public record OutsideRows(UUID run) {
    public static final String TABLE = """
            CREATE TABLE IF NOT EXISTS godwit.outside (
              run uuid NOT NULL, table_name text NOT NULL, key text NOT NULL, PRIMARY KEY (run, table_name, key))""";

    /** The rows of the source that the target has: those that are selected, and those that came from there. */
    public RowSelection widened(Table table) {
        if (table.selection().isAll() || !table.hasKey()) {
            return table.selection();
        }
        return new RowSelection(table.selection().sql() + " OR " + key(table, "") + " IN (SELECT o.key FROM "
                + "godwit.outside o WHERE o.run = " + literal(run.toString()) + " AND o.table_name = "
                + literal(table.name().sql()) + ")");
    }

    private static String literal(String value) {
        return new Literal(value).sql();
    }

    private static String key(Table table, String alias) {
        return table.key().stream()
                .map(Identifier::sql)
                .map(column -> alias + column)
                .collect(Collectors.joining(", ", "ROW(", ")::text"));
    }

    /**
     * The statement that notes those rows of a table that a selection does not have.
     *
     * @param widened the table with its {@link #widened} selection
     * @param alias what the table is called in what it is joined to
     * @param joined what it is joined to, and how
     */
    public String note(Table widened, String alias, String joined) {
        return "INSERT INTO godwit.outside (run, table_name, key) SELECT " + literal(run.toString()) + "::uuid, "
                + literal(widened.name().sql()) + ", " + key(widened, alias + ".") + " FROM ONLY "
                + widened.name().sql() + " " + alias + " JOIN " + joined + " WHERE NOT "
                + widened.selection().of(alias + ".*") + " ON CONFLICT DO NOTHING";
    }

    /** The target has no such rows any more: both sides were proven equal with the source leading. */
    public void forget(Session source) {
        if (source.is("SELECT to_regclass('godwit.outside') IS NOT NULL")) {
            source.execute("DELETE FROM godwit.outside WHERE run = ?", run);
        }
    }
}
