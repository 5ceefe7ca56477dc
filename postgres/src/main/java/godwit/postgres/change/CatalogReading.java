package godwit.postgres.change;

import godwit.change.plan.Catalog;
import godwit.change.plan.CatalogColumn;
import godwit.change.plan.CatalogColumn.FilledBy;
import godwit.change.plan.CatalogTable;
import godwit.change.plan.ForeignKey;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** Reads a schema's tables as they are without what a change under way has added. */
final class CatalogReading {
    private static final String TABLES = """
            SELECT c.oid::bigint, n.nspname, c.relname, greatest(c.reltuples, 0)::bigint,
                   pg_catalog.pg_total_relation_size(c.oid),
                   coalesce((SELECT array_agg(a.attname::text ORDER BY k.place)
                     FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
                     JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                     WHERE k.place <= i.indnkeyatts), '{}'),
                   EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
                           AND t.tgname !~ '^[!~]godwit_' AND t.tgtype & 3 = 3 AND t.tgtype & 20 <> 0),
                   CASE WHEN c.relkind = 'p' THEN 'is partitioned'
                        WHEN EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhparent = c.oid OR h.inhrelid = c.oid)
                          THEN 'inherits or is inherited from'
                        WHEN EXISTS (SELECT FROM pg_catalog.pg_trigger t
                                     WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgname !~ '^[!~]godwit_'
                                       AND t.tgtype & 3 = 3 AND t.tgtype & 20 <> 0
                                       AND NOT t.tgname COLLATE "C" BETWEEN '!godwit_v' AND '~godwit_')
                          THEN 'has triggers whose names come before or behind all others'
                        WHEN EXISTS (SELECT FROM pg_catalog.pg_attribute a
                                     WHERE a.attrelid = c.oid AND a.attname IN ('new', 'old') AND NOT a.attisdropped)
                          THEN 'has a column named new or old'
                        WHEN c.relrowsecurity AND current_setting('server_version_num')::int < 150000
                          THEN 'has row security, which views of PostgreSQL 14 do not keep'
                        WHEN pg_catalog.row_security_active(c.oid)
                          THEN 'has row security that keeps rows from the role ' || current_user || ' too' END
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN LATERAL (
              SELECT i.indkey, i.indnkeyatts FROM pg_catalog.pg_index i
              WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indimmediate
                AND NOT EXISTS (SELECT FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
                                LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                                WHERE k.place <= i.indnkeyatts
                                  AND (a.attnotnull IS NOT TRUE OR a.attname ~ '^_godwit_'))
              ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1) i ON true
            WHERE n.nspname = ? AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                              AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY c.relname""";

    private static final String COLUMNS = """
            SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
                   CASE WHEN a.attcollation <> t.typcollation THEN (
                     SELECT pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(co.collname)
                     FROM pg_catalog.pg_collation co JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
                     WHERE co.oid = a.attcollation) END,
                   a.attnotnull,
                   CASE WHEN a.attgenerated = '' AND a.attidentity = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
                   CASE WHEN a.attidentity <> '' THEN 'IDENTITY' WHEN a.attgenerated <> '' THEN 'EXPRESSION'
                        ELSE 'CLIENTS' END
            FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = ?::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname !~ '^_godwit_'
            ORDER BY a.attnum""";

    private static final String FOREIGN_KEYS = """
            SELECT k.conname, n.nspname, c.relname, rn.nspname, rc.relname,
                   (SELECT array_agg(a.attname::text ORDER BY p.place)
                    FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS p (attnum, place)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.attnum),
                   (SELECT array_agg(a.attname::text ORDER BY p.place)
                    FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS p (attnum, place)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.attnum)
            FROM pg_catalog.pg_constraint k
            JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_class rc ON rc.oid = k.confrelid JOIN pg_catalog.pg_namespace rn ON rn.oid = rc.relnamespace
            WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conname !~ '^_godwit_' AND rn.nspname = ?
            ORDER BY 2, 3, 1""";

    /** Where names are looked for without Godwit: the session's own path is empty. */
    private static final String PATH = "SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'search_path'";

    private CatalogReading() {}

    private record Found(
            long oid,
            TableName name,
            long rows,
            long bytes,
            List<Identifier> key,
            boolean hasTriggersBefore,
            Optional<String> obstacle) {}

    /** @param versions the schemas of this schema's versions, which are no place for people's names */
    static Catalog read(Session session, Identifier schema, Optional<Catalog.Version> version, List<String> versions) {
        return new Catalog(
                schema, tables(session, schema), keys(session, schema), version, path(session, schema, versions));
    }

    /** Reads a schema's tables in another database that was like it; how big they are and all else is that of before. */
    static Catalog again(Session session, Catalog before) {
        var tables = tables(session, before.schema()).stream()
                .map(table -> before.tables().stream()
                        .filter(known -> known.name().equals(table.name()))
                        .findFirst()
                        .map(known -> table.sized(known.rows(), known.bytes()))
                        .orElse(table))
                .toList();
        return new Catalog(before.schema(), tables, keys(session, before.schema()), before.version(), before.path());
    }

    private static List<ForeignKey> keys(Session session, Identifier schema) {
        return session.query(FOREIGN_KEYS, CatalogReading::foreignKey, schema.name());
    }

    private static List<CatalogTable> tables(Session session, Identifier schema) {
        var tables = new ArrayList<CatalogTable>();
        for (var table : session.query(TABLES, CatalogReading::found, schema.name())) {
            var columns = session.query(COLUMNS, CatalogReading::column, table.oid());
            tables.add(new CatalogTable(
                    table.name(),
                    columns,
                    table.key(),
                    table.rows(),
                    table.bytes(),
                    table.hasTriggersBefore(),
                    table.obstacle()));
        }
        return tables;
    }

    private static ForeignKey foreignKey(ResultSet row) throws SQLException {
        return new ForeignKey(
                new Identifier(row.getString(1)),
                TableName.of(row.getString(2), row.getString(3)),
                identifiers(row, 6),
                TableName.of(row.getString(4), row.getString(5)),
                identifiers(row, 7));
    }

    private static List<Identifier> identifiers(ResultSet row, int column) throws SQLException {
        return Arrays.stream((String[]) row.getArray(column).getArray())
                .map(Identifier::new)
                .toList();
    }

    private static Found found(ResultSet row) throws SQLException {
        return new Found(
                row.getLong(1),
                TableName.of(row.getString(2), row.getString(3)),
                row.getLong(4),
                row.getLong(5),
                identifiers(row, 6),
                row.getBoolean(7),
                Optional.ofNullable(row.getString(8)));
    }

    private static CatalogColumn column(ResultSet row) throws SQLException {
        return new CatalogColumn(
                new Identifier(row.getString(1)),
                new SqlText(row.getString(2)),
                Optional.ofNullable(row.getString(3)).map(SqlText::new),
                row.getBoolean(4),
                Optional.ofNullable(row.getString(5)).map(SqlText::new),
                FilledBy.valueOf(row.getString(6)));
    }

    private static List<Identifier> path(Session session, Identifier schema, List<String> versions) {
        return session.transaction(s -> {
            s.text("SELECT set_config('search_path', ?, true)", s.text(PATH));
            var all = new LinkedHashMap<String, Identifier>();
            all.put(schema.name(), schema);
            s.query("SELECT pg_catalog.unnest(pg_catalog.current_schemas(false))::text", row -> row.getString(1))
                    .forEach(name -> all.putIfAbsent(name, new Identifier(name)));
            versions.forEach(all::remove);
            all.remove("pg_catalog");
            return List.copyOf(all.values());
        });
    }
}
