package godwit.cli.demo;

import godwit.demo.PeopleDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The columns, indexes, constraints and triggers of a schema's tables as the server has them, without Godwit. */
final class TableShape {
    private static final String PARTS = """
            SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || a.attnotnull
                || coalesce(pg_get_expr(d.adbin, d.adrelid), '') AS part
              FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
              WHERE c.relnamespace = ?::regnamespace AND c.relkind = 'r'
            UNION ALL SELECT regexp_replace(pg_get_indexdef(i.indexrelid), 'ON [a-z_]+[.]', 'ON ')
              FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = ?::regnamespace
            UNION ALL SELECT c.relname || ' ' || k.conname || ' '
                || regexp_replace(pg_get_constraintdef(k.oid), 'REFERENCES [a-z_]+[.]', 'REFERENCES ')
              FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = ?::regnamespace
            UNION ALL SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
              WHERE c.relnamespace = ?::regnamespace AND NOT t.tgisinternal
            ORDER BY 1""";

    private TableShape() {}

    static List<String> read(Connection connection, String schema) throws SQLException {
        try (var statement = connection.prepareStatement(PARTS)) {
            for (var place = 1; place <= 4; place++) {
                statement.setString(place, schema);
            }
            try (var rows = statement.executeQuery()) {
                var all = new ArrayList<String>();
                while (rows.next()) {
                    all.add(rows.getString(1));
                }
                return all;
            }
        }
    }

    /** What the plain change makes of empty tables, in a schema that is thrown away. */
    static List<String> ofBlunt(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA blunt; SET LOCAL search_path = blunt");
            PeopleDatabase.createTables(connection);
            statement.execute(PeopleDatabase.BLUNT);
            return read(connection, "blunt");
        } finally {
            connection.rollback();
        }
    }
}
