package godwit.postgres.verify;

import godwit.schema.RowSelection;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads what one side has under the names of the tables that are compared. */
final class RelationReader {
    /*
     * The catalog is read in the snapshot, the sizes are those of now: a file only grows, so its length covers every
     * row that the snapshot sees (what rewrites it is noticed by RewriteGuard).
     */
    private static final String RELATIONS = """
            SELECT n.nspname, c.relname, c.relkind::text,
                coalesce(pg_relation_size(c.oid), 0) / current_setting('block_size')::bigint,
                coalesce(pg_table_size(c.oid), 0),
                array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attnum IS NOT NULL),
                array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) FILTER (WHERE a.attnum IS NOT NULL)
            FROM unnest(?::text[], ?::text[]) AS wanted(schema, name)
            JOIN pg_namespace n ON n.nspname = wanted.schema
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            GROUP BY n.nspname, c.relname, c.relkind, c.oid""";

    private RelationReader() {}

    /** Those of the tables that exist, whatever they are there. */
    static Map<TableName, Relation> read(
            Connection session, List<Table> tables, Function<Table, RowSelection> selections) throws SQLException {
        var selected = tables.stream().collect(Collectors.toMap(Table::name, selections));
        try (var statement = session.prepareStatement(RELATIONS)) {
            setNames(statement, tables);
            var found = new HashMap<TableName, Relation>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    var name = TableName.of(rows.getString(1), rows.getString(2));
                    found.put(name, relation(rows, selected.getOrDefault(name, RowSelection.ALL)));
                }
            }
            return found;
        }
    }

    private static void setNames(PreparedStatement statement, List<Table> tables) throws SQLException {
        var names = tables.stream().map(Table::name).toList();
        statement.setObject(1, names.stream().map(name -> name.schema().name()).toArray(String[]::new));
        statement.setObject(2, names.stream().map(name -> name.name().name()).toArray(String[]::new));
    }

    private static Relation relation(ResultSet row, RowSelection selection) throws SQLException {
        var types = new LinkedHashMap<String, String>();
        var columns = row.getArray(6);
        if (columns != null) {
            var names = (String[]) columns.getArray();
            var typeNames = (String[]) row.getArray(7).getArray();
            for (int i = 0; i < names.length; i++) {
                types.put(names[i], typeNames[i]);
            }
        }
        return new Relation(
                row.getString(3), Collections.unmodifiableMap(types), row.getLong(4), row.getLong(5), selection);
    }
}
