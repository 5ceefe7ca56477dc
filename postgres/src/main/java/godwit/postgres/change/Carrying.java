package godwit.postgres.change;

import godwit.Problem;
import godwit.change.plan.Carried;
import godwit.change.plan.CatalogTable;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds what a table has on some of its columns, and has the server write it for others.
 *
 * <p>Definitions are not edited: a temporary table like the table gets the other names, and the server says how the same
 * index or check reads there.
 */
final class Carrying {
    /** Each index and check with its definition, of the table and of its likeness in the same order. */
    private static final String INDEXES = """
            SELECT i.indexrelid::bigint, c.relname,
                   CASE WHEN k.contype = 'p' THEN 'PRIMARY_KEY' WHEN k.contype = 'u' THEN 'UNIQUE_CONSTRAINT'
                        WHEN i.indisunique THEN 'UNIQUE' ELSE 'PLAIN' END,
                   substr(pg_catalog.pg_get_indexdef(i.indexrelid), strpos(pg_catalog.pg_get_indexdef(i.indexrelid), ' USING ')),
                   CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END
                     || CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END,
                   coalesce((SELECT format(' TABLESPACE %I', spcname) FROM pg_catalog.pg_tablespace WHERE oid = c.reltablespace), ''),
                   coalesce(length(' WHERE ' || pg_catalog.pg_get_expr(i.indpred, i.indrelid)), 0),
                   array_remove(ARRAY[
                     CASE WHEN i.indisclustered THEN format('ALTER TABLE %s CLUSTER ON %I', i.indrelid::pg_catalog.regclass, c.relname) END,
                     CASE WHEN i.indisreplident
                          THEN format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', i.indrelid::pg_catalog.regclass, c.relname) END,
                     (SELECT format('COMMENT ON INDEX %s IS %L', d, t) FROM (SELECT i.indexrelid::pg_catalog.regclass AS d,
                        pg_catalog.obj_description(i.indexrelid, 'pg_class') AS t) own WHERE t IS NOT NULL),
                     (SELECT format('COMMENT ON CONSTRAINT %I ON %s IS %L', k.conname, k.conrelid::pg_catalog.regclass, t)
                      FROM pg_catalog.obj_description(k.oid, 'pg_constraint') AS t WHERE t IS NOT NULL)], NULL)
                   || ARRAY(SELECT format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', attrelid::pg_catalog.regclass, attnum,
                              attstattarget) FROM pg_catalog.pg_attribute WHERE attrelid = i.indexrelid AND attstattarget >= 0)
            FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
              AND k.conrelid = i.indrelid
            WHERE i.indrelid = ?::pg_catalog.regclass AND c.relname !~ '^_godwit_' ORDER BY i.indexrelid""";

    private static final String CHECKS = """
            SELECT conname, pg_catalog.pg_get_constraintdef(oid), convalidated,
                   ARRAY(SELECT format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, conrelid::pg_catalog.regclass, t)
                         FROM pg_catalog.obj_description(oid, 'pg_constraint') AS t WHERE t IS NOT NULL)
            FROM pg_catalog.pg_constraint
            WHERE conrelid = ?::pg_catalog.regclass AND contype = 'c' AND conname !~ '^_godwit_' ORDER BY conname""";

    /** The columns that a key refers to stand as they do in its definition, behind the table's name. */
    private static final String FOREIGN_KEYS = """
            SELECT k.conname, k.convalidated, pg_catalog.pg_get_constraintdef(k.oid),
                   (SELECT array_agg(a.attname::text ORDER BY p.place)
                    FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS p (attnum, place)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.attnum),
                   rn.nspname, rc.relname,
                   (SELECT array_agg(a.attname::text ORDER BY p.place)
                    FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS p (attnum, place)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.attnum),
                   k.confrelid::pg_catalog.regclass || '('
                     || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY p.place)
                         FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS p (attnum, place)
                         JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.attnum) || ')',
                   ARRAY(SELECT format('COMMENT ON CONSTRAINT %I ON %s IS %L', k.conname, k.conrelid::pg_catalog.regclass, t)
                         FROM pg_catalog.obj_description(k.oid, 'pg_constraint') AS t WHERE t IS NOT NULL)
            FROM pg_catalog.pg_constraint k
            JOIN pg_catalog.pg_class rc ON rc.oid = k.confrelid JOIN pg_catalog.pg_namespace rn ON rn.oid = rc.relnamespace
            WHERE k.conrelid = ?::pg_catalog.regclass AND k.contype = 'f' AND k.conname !~ '^_godwit_' ORDER BY k.conname""";

    /** What is a column's own, written for another. */
    private static final String SETTINGS = """
            WITH own AS (
              SELECT a.*, t.typstorage, ?::text AS wanted, a.attrelid::pg_catalog.regclass::text AS name
              FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
              WHERE a.attrelid = ?::pg_catalog.regclass AND a.attname = ?)
            SELECT format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', name, wanted, attstattarget) FROM own
              WHERE attstattarget >= 0
            UNION ALL SELECT format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE %s', name, wanted,
                CASE attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END)
              FROM own WHERE attstorage <> typstorage
            UNION ALL SELECT format('ALTER TABLE %s ALTER COLUMN %I SET COMPRESSION %s', name, wanted,
                CASE attcompression WHEN 'l' THEN 'lz4' ELSE 'pglz' END) FROM own WHERE attcompression <> ''
            UNION ALL SELECT format('ALTER TABLE %s ALTER COLUMN %I SET (%s)', name, wanted,
                array_to_string(attoptions, ', ')) FROM own WHERE attoptions IS NOT NULL
            UNION ALL SELECT format('COMMENT ON COLUMN %s.%I IS %L', name, wanted,
                pg_catalog.col_description(attrelid, attnum)) FROM own
              WHERE pg_catalog.col_description(attrelid, attnum) IS NOT NULL
            UNION ALL SELECT format('REVOKE %s (%I) ON %s FROM %s', r.privilege_type, wanted, name,
                CASE WHEN r.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_catalog.pg_get_userbyid(r.grantee)) END)
              FROM own JOIN pg_catalog.pg_attribute n ON n.attrelid = own.attrelid AND n.attname = wanted,
                pg_catalog.aclexplode(n.attacl) AS r
              WHERE NOT EXISTS (SELECT FROM pg_catalog.aclexplode(own.attacl) AS o
                WHERE (o.grantee, o.privilege_type, o.is_grantable) = (r.grantee, r.privilege_type, r.is_grantable))
            UNION ALL SELECT format('GRANT %s (%I) ON %s TO %s%s', r.privilege_type, wanted, name,
                CASE WHEN r.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_catalog.pg_get_userbyid(r.grantee)) END,
                CASE WHEN r.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
              FROM own, pg_catalog.aclexplode(attacl) AS r""";

    private final Session session;
    private final Reading reading;
    private final CatalogTable table;
    private final Map<TableName, Map<Identifier, Identifier>> replacedByTable;
    private final Map<Identifier, Identifier> replaced;
    private final List<Identifier> dropped;

    /**
     * @param replaced of each table that changes, the columns that others replace
     * @param dropped of this table, those that go; what is on them too goes with them
     */
    Carrying(
            Session session,
            Reading reading,
            CatalogTable table,
            Map<TableName, Map<Identifier, Identifier>> replaced,
            List<Identifier> dropped) {
        this.session = session;
        this.reading = reading;
        this.table = table;
        this.replacedByTable = replaced;
        this.replaced = replaced.getOrDefault(table.name(), Map.of());
        this.dropped = List.copyOf(dropped);
    }

    /** @param predicate how many characters of the definition are its condition, at the end */
    private record Index(
            long oid,
            String name,
            Carried.Index.Kind kind,
            String definition,
            String constraint,
            String tablespace,
            int predicate,
            List<SqlText> afterwards) {
        static Index of(ResultSet row) throws SQLException {
            return new Index(
                    row.getLong(1),
                    row.getString(2),
                    Carried.Index.Kind.valueOf(row.getString(3)),
                    row.getString(4),
                    row.getString(5),
                    row.getString(6),
                    row.getInt(7),
                    statements(row, 8));
        }

        /** The definition, where the other index is. */
        String in(Index other) {
            var at = definition.length() - predicate;
            return definition.substring(0, at) + other.tablespace + definition.substring(at);
        }
    }

    private record Check(String name, String definition, boolean validated, List<SqlText> afterwards) {
        static Check of(ResultSet row) throws SQLException {
            return new Check(row.getString(1), row.getString(2), row.getBoolean(3), statements(row, 4));
        }
    }

    List<Carried> all() {
        var all = new ArrayList<Carried>();
        replaced.forEach((from, to) -> {
            var statements = session.query(
                    SETTINGS,
                    row -> new SqlText(row.getString(1)),
                    to.name(),
                    table.name().sql(),
                    from.name());
            if (!statements.isEmpty()) {
                all.add(new Carried.Settings(statements));
            }
        });
        reading.forNothing(() -> {
            session.execute("CREATE TEMPORARY TABLE godwit_like (LIKE "
                    + table.name().sql() + " INCLUDING CONSTRAINTS INCLUDING INDEXES)");
            var indexes = session.query(INDEXES, Index::of, table.name().sql());
            var checks = session.query(CHECKS, Check::of, table.name().sql());
            var before = likenesses();
            dropTwins();
            dropped.forEach(column ->
                    session.execute("ALTER TABLE pg_temp.godwit_like DROP COLUMN " + column.sql() + " CASCADE"));
            replaced.forEach((from, to) ->
                    session.execute("ALTER TABLE pg_temp.godwit_like RENAME COLUMN " + from.sql() + " TO " + to.sql()));
            var after = likenesses();
            indexes.forEach(index -> index(index, before, after).ifPresent(all::add));
            checks(checks, all);
            return true;
        });
        session.query(FOREIGN_KEYS, this::foreignKey, table.name().sql()).forEach(all::addAll);
        return all;
    }

    /** The definitions of the likeness's indexes by their numbers there. */
    private List<Index> likenesses() {
        return session.query(INDEXES, Index::of, "pg_temp.godwit_like");
    }

    /** Columns of a change under way are in the likeness too, and would be in the way of the names. */
    private void dropTwins() {
        session.query(
                        "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = 'pg_temp.godwit_like'::regclass"
                                + " AND NOT attisdropped AND attname ~ '^_godwit_'",
                        row -> new Identifier(row.getString(1)))
                .forEach(column ->
                        session.execute("ALTER TABLE pg_temp.godwit_like DROP COLUMN " + column.sql() + " CASCADE"));
    }

    private Optional<Carried> index(Index index, List<Index> before, List<Index> after) {
        for (var like : before) {
            var changed = after.stream().filter(a -> a.oid() == like.oid()).findFirst();
            if (like.definition().equals(index.definition())
                    && changed.isPresent()
                    && !changed.get().definition().equals(like.definition())) {
                return Optional.of(new Carried.Index(
                        new Identifier(index.name()),
                        index.kind(),
                        new SqlText(table.name().sql() + changed.get().in(index)),
                        new SqlText(index.constraint()),
                        index.afterwards()));
            }
        }
        return Optional.empty();
    }

    private void checks(List<Check> checks, List<Carried> all) {
        var after = session.query(CHECKS, Check::of, "pg_temp.godwit_like").stream()
                .collect(Collectors.toMap(Check::name, Check::definition));
        for (var check : checks) {
            var definition = after.get(check.name());
            var plain = check.definition().replaceFirst(" NOT VALID$", "");
            if (definition != null && !definition.equals(plain)) {
                all.add(new Carried.Check(
                        new Identifier(check.name()), new SqlText(definition), check.validated(), check.afterwards()));
            }
        }
    }

    private List<Carried> foreignKey(ResultSet row) throws SQLException {
        var name = new Identifier(row.getString(1));
        var columns = identifiers(row, 4);
        var referenced = TableName.of(row.getString(5), row.getString(6));
        var referencedColumns = identifiers(row, 7);
        var others = replacedByTable.getOrDefault(referenced, Map.of());
        if (columns.stream().anyMatch(dropped::contains)) {
            return List.of();
        }
        if (columns.stream().noneMatch(replaced::containsKey)
                && referencedColumns.stream().noneMatch(others::containsKey)) {
            return List.of();
        }
        var definition = row.getString(3).replaceFirst(" NOT VALID$", "");
        var rules = ") REFERENCES " + row.getString(8);
        var at = definition.indexOf(rules);
        if (definition.contains("SET NULL (") || definition.contains("SET DEFAULT (") || at < 0) {
            throw Problem.of(
                            "not-carried",
                            "The foreign key %s of %s sets single columns or spans periods, which cannot be carried over."
                                    .formatted(name.name(), table.name().plain()),
                            "Drop it first and make it again afterwards.")
                    .withObjects(List.of(name.name()))
                    .asException();
        }
        return List.of(new Carried.Reference(
                name,
                new SqlText("FOREIGN KEY (%s) REFERENCES %s (%s)%s"
                        .formatted(
                                named(columns, replaced),
                                referenced.sql(),
                                named(referencedColumns, others),
                                definition.substring(at + rules.length()))),
                row.getBoolean(2),
                statements(row, 9)));
    }

    private static String named(List<Identifier> columns, Map<Identifier, Identifier> replaced) {
        return columns.stream().map(c -> replaced.getOrDefault(c, c).sql()).collect(Collectors.joining(", "));
    }

    private static List<SqlText> statements(ResultSet row, int column) throws SQLException {
        return Arrays.stream((String[]) row.getArray(column).getArray())
                .map(SqlText::new)
                .toList();
    }

    private static List<Identifier> identifiers(ResultSet row, int column) throws SQLException {
        return Arrays.stream((String[]) row.getArray(column).getArray())
                .map(Identifier::new)
                .toList();
    }
}
