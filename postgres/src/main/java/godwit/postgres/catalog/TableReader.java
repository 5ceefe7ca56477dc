package godwit.postgres.catalog;

import godwit.schema.Column;
import godwit.schema.Identifier;
import godwit.schema.ReplicaIdentity;
import godwit.schema.RowSelection;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads the tables of a database that hold rows: ordinary ones and leaf partitions.
 *
 * <p>Tables of the system, of extensions and of Godwit itself are left out.
 */
public final class TableReader {
    private static final String HOLDING_ROWS = """
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname NOT IN ('information_schema', 'godwit') AND n.nspname !~ '^pg_'
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                              AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e')
            """;

    /**
     * The key of a table is that of its replica identity or, with FULL, of the best index that could be one. A key on a
     * generated column is none, because the log does not carry such columns before version 18.
     */
    private static final String TABLES =
            """
            SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relreplident AS identity,
                   coalesce(pg_catalog.pg_table_size(c.oid), 0) AS bytes, greatest(c.reltuples, 0)::bigint AS rows,
                   ARRAY(SELECT a.attname::text
                         FROM (SELECT i.indkey, i.indnkeyatts FROM pg_catalog.pg_index i
                               WHERE i.indrelid = c.oid AND i.indisunique AND i.indimmediate AND i.indisvalid
                                 AND i.indpred IS NULL AND i.indexprs IS NULL
                                 AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute k
                                                 WHERE k.attrelid = i.indexrelid AND k.attnum <= i.indnkeyatts
                                                   AND EXISTS (SELECT FROM pg_catalog.pg_attribute a
                                                               WHERE a.attrelid = c.oid
                                                                 AND a.attnum = i.indkey[k.attnum - 1]
                                                                 AND (NOT a.attnotnull OR a.attgenerated <> '')))
                                 AND CASE c.relreplident WHEN 'i' THEN i.indisreplident
                                                         WHEN 'd' THEN i.indisprimary
                                                         ELSE c.relreplident = 'f' END
                               ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1) best
                         CROSS JOIN LATERAL generate_series(0, best.indnkeyatts - 1) AS position
                         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = best.indkey[position]
                         ORDER BY position) AS key
            """ + HOLDING_ROWS + " AND c.relpersistence = 'p' ORDER BY n.nspname, c.relname";

    /**
     * The binary form is a server's own where it holds OIDs of objects: the reg types, wherever they are inside a type.
     * The OIDs of the types of an array's elements and a row's fields do not matter to a server from version 14 on.
     */
    private static final String COLUMNS = """
            WITH RECURSIVE holder AS (SELECT c.oid\s""" + HOLDING_ROWS + """
             AND c.relpersistence = 'p'),
            part (root, type) AS (
                SELECT DISTINCT a.atttypid, a.atttypid
                FROM pg_catalog.pg_attribute a JOIN holder ON holder.oid = a.attrelid
                WHERE a.attnum > 0 AND NOT a.attisdropped
              UNION
                SELECT part.root, inner_type.oid
                FROM part JOIN pg_catalog.pg_type t ON t.oid = part.type
                CROSS JOIN LATERAL (
                    SELECT t.typbasetype AS oid WHERE t.typtype = 'd'
                    UNION ALL SELECT t.typelem WHERE t.typcategory = 'A' AND t.typelem <> 0
                    UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r
                              WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
                    UNION ALL SELECT f.atttypid FROM pg_catalog.pg_attribute f
                              WHERE t.typtype = 'c' AND f.attrelid = t.typrelid AND f.attnum > 0
                                AND NOT f.attisdropped) inner_type),
            portable AS (
                SELECT part.root, bool_and(t.typsend <> 0 AND t.typreceive <> 0) AS is,
                       bool_or(t.oid < 16384 AND t.typname ~ '^reg') AS numbered
                FROM part JOIN pg_catalog.pg_type t ON t.oid = part.type GROUP BY part.root)
            SELECT a.attrelid AS table, a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
                   portable.is AS binary, portable.numbered, a.attstorage <> 'p' AS toastable, a.attgenerated <> '' AS generated
            FROM pg_catalog.pg_attribute a JOIN holder ON holder.oid = a.attrelid JOIN portable ON root = a.atttypid
            WHERE a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attrelid, a.attnum
            """;

    private static final String UNLOGGED = "SELECT n.nspname AS schema, c.relname AS name " + HOLDING_ROWS
            + " AND c.relpersistence = 'u' ORDER BY n.nspname, c.relname";

    private record TableColumn(long table, Column column) {}

    private final Connection connection;

    public TableReader(Connection connection) {
        this.connection = connection;
    }

    /** All tables whose rows are logged, by name. */
    public List<Table> read() throws SQLException {
        try (var session = new CatalogSession(connection)) {
            var columns = session.list(COLUMNS, TableReader::column).stream()
                    .collect(Collectors.groupingBy(
                            TableColumn::table, Collectors.mapping(TableColumn::column, Collectors.toList())));
            return session.list(TABLES, row -> table(row, columns));
        }
    }

    /** The tables whose rows are not in the log, so that nothing can follow them. */
    public List<TableName> unlogged() throws SQLException {
        try (var session = new CatalogSession(connection)) {
            return session.list(UNLOGGED, Row::name);
        }
    }

    private static TableColumn column(Row row) throws SQLException {
        var column = new Column(
                new Identifier(row.text("name")),
                row.sql("type"),
                row.flag("binary"),
                row.flag("numbered"),
                row.flag("toastable"),
                row.flag("generated"));
        return new TableColumn(row.number("table"), column);
    }

    private static Table table(Row row, Map<Long, List<Column>> columns) throws SQLException {
        var key = row.list("key").stream().map(Identifier::new).toList();
        var identity = row.text("identity").equals("f")
                ? ReplicaIdentity.FULL
                : key.isEmpty() ? ReplicaIdentity.NONE : ReplicaIdentity.KEY;
        var own = columns.getOrDefault(row.number("oid"), List.of());
        return new Table(row.name(), own, key, identity, row.number("bytes"), row.number("rows"), RowSelection.ALL);
    }
}
