package godwit.postgres.catalog;

import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.List;

/** Reads the defaults of columns: apart from their tables, since they may stand on anything, even on those tables. */
final class DefaultReader implements KindReader {
    private static final String DEFAULTS = """
            SELECT d.oid, n.nspname AS schema, c.relname AS name, c.oid AS relation, a.attname AS column,
                   pg_get_expr(d.adbin, d.adrelid) AS expression
            FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_class c ON c.oid = d.adrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
            WHERE a.attgenerated = '' AND c.relkind IN ('r', 'p', 'v') AND %s
            ORDER BY n.nspname, c.relname, a.attnum
            """.formatted(Catalog.USERS_SCHEMA);

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(DEFAULTS, DefaultReader::draft);
    }

    private static Draft draft(Row row) throws SQLException {
        var table = row.name();
        var column = new Identifier(row.text("column"));
        var identity = table.plain() + "." + column.name();
        var change = "ONLY " + table.sql() + " ALTER COLUMN " + column.sql();
        return new Draft(new Address("pg_attrdef", row.number("oid")), "default", identity, SchemaPhase.BEFORE_DATA)
                .partOf(new Address("pg_class", row.number("relation")), table)
                .create("ALTER TABLE " + change + " SET DEFAULT " + row.sql("expression"))
                .drop("ALTER TABLE IF EXISTS " + change + " DROP DEFAULT");
    }
}
