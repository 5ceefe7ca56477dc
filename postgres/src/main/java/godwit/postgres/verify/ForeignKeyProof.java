package godwit.postgres.verify;

import godwit.GodwitException;
import godwit.Problem;
import godwit.schema.Identifier;
import godwit.schema.TableName;
import godwit.verify.OtherDifference;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Proves that every reference of every foreign key has its row, by looking for rows without one.
 *
 * <p>The constraint alone proves nothing: with replica role its triggers do not run, and VALIDATE CONSTRAINT says yes
 * at once to one that is marked valid already. The search is of the kind that PostgreSQL itself runs to validate a
 * constraint: a left join by the constraint's own operators (pg_constraint.conpfeqop), which may stand outside
 * pg_catalog. With MATCH SIMPLE a reference that is null in any column needs no row, with MATCH FULL only one that is
 * null in all (PostgreSQL manual, CREATE TABLE, REFERENCES).
 */
public final class ForeignKeyProof {
    /*
     * Constraints that a partition inherits (conparentid) are proven with their root. NOT ENFORCED and PERIOD came with
     * version 18, hence the detour over JSON, which knows the columns that there are.
     */
    private static final String FOREIGN_KEYS = """
            SELECT n.nspname, t.relname, t.relkind = 'p', c.conname, fn.nspname, f.relname, f.relkind = 'p',
                c.confmatchtype = 'f', coalesce((to_jsonb(c) ->> 'conperiod')::boolean, false),
                ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k(number, place)
                    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number ORDER BY k.place),
                ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k(number, place)
                    JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number ORDER BY k.place),
                ARRAY(SELECT format('OPERATOR(%I.%s)', s.nspname, o.oprname)
                    FROM unnest(c.conpfeqop) WITH ORDINALITY k(id, place)
                    JOIN pg_operator o ON o.oid = k.id JOIN pg_namespace s ON s.oid = o.oprnamespace ORDER BY k.place)
            FROM pg_constraint c
            JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
            JOIN pg_class f ON f.oid = c.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
            WHERE c.contype = 'f' AND c.conparentid = 0 AND n.nspname <> 'godwit'
                AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
            ORDER BY 1, 2, 4""";

    private final Connection session;

    /** @param session reads in whatever transaction it is in; each table is locked (ACCESS SHARE) until that ends */
    public ForeignKeyProof(Connection session) {
        this.session = session;
    }

    /**
     * Looks for orphans in the tables that are wanted.
     *
     * @return a {@code foreign-key-orphan} for each foreign key that has some, with their number; a
     *     {@code foreign-key-unproven} for each with PERIOD, which is not searched
     * @throws godwit.GodwitException {@code verification-read-failed}
     */
    public List<OtherDifference> prove(Predicate<TableName> wanted) {
        try {
            var differences = new ArrayList<OtherDifference>();
            for (var key : foreignKeys()) {
                if (wanted.test(key.table())) {
                    differences.addAll(orphans(key, key::from));
                }
            }
            return differences;
        } catch (SQLException failed) {
            throw failure(failed);
        }
    }

    /** A foreign key of one table to another. */
    public interface Key {
        TableName table();

        TableName referenced();

        /** Its table and its name, for people. */
        String object();
    }

    /** The rows of a table that count. */
    @FunctionalInterface
    public interface Rows {
        /** What a FROM takes to read these columns of them. */
        String from(TableName table, List<Identifier> columns);
    }

    /** All foreign keys that there are. */
    public List<Key> keys() {
        try {
            return List.copyOf(foreignKeys());
        } catch (SQLException failed) {
            throw failure(failed);
        }
    }

    /** As {@link #prove(Predicate)}, for one of {@link #keys}. */
    public List<OtherDifference> prove(Key key) {
        var own = (ForeignKey) key;
        return prove(own, own::from);
    }

    /** The same, as if there were no other rows than these. */
    public List<OtherDifference> prove(Key key, Rows rows) {
        try {
            return orphans((ForeignKey) key, rows);
        } catch (SQLException failed) {
            throw failure(failed);
        }
    }

    private static GodwitException failure(SQLException failed) {
        var message = "reading the foreign keys failed with SQLSTATE " + failed.getSQLState();
        return Problem.of("verification-read-failed", message, "See the log for the server's words; try again.")
                .asException(failed);
    }

    private List<OtherDifference> orphans(ForeignKey key, Rows rows) throws SQLException {
        var object = key.object();
        if (key.period()) {
            return List.of(new OtherDifference("foreign-key-unproven", object, "has PERIOD, which is not searched"));
        }
        try (var statement = session.createStatement();
                var row = statement.executeQuery(key.orphansSql(rows))) {
            row.next();
            var orphans = row.getLong(1);
            var message = "%d rows refer to rows of %s that do not exist"
                    .formatted(orphans, key.referenced().plain());
            return orphans == 0 ? List.of() : List.of(new OtherDifference("foreign-key-orphan", object, message));
        }
    }

    private List<ForeignKey> foreignKeys() throws SQLException {
        var keys = new ArrayList<ForeignKey>();
        try (var statement = session.createStatement();
                var rows = statement.executeQuery(FOREIGN_KEYS)) {
            while (rows.next()) {
                keys.add(foreignKey(rows));
            }
        }
        return keys;
    }

    private static ForeignKey foreignKey(ResultSet row) throws SQLException {
        return new ForeignKey(
                row.getString(4),
                TableName.of(row.getString(1), row.getString(2)),
                row.getBoolean(3),
                TableName.of(row.getString(5), row.getString(6)),
                row.getBoolean(7),
                row.getBoolean(8),
                row.getBoolean(9),
                names(row, 10),
                names(row, 11),
                List.of((String[]) row.getArray(12).getArray()));
    }

    private static List<Identifier> names(ResultSet row, int column) throws SQLException {
        return Stream.of((String[]) row.getArray(column).getArray())
                .map(Identifier::new)
                .toList();
    }

    /** A foreign key as the catalog has it; of a partitioned table all partitions count, of another no child does. */
    private record ForeignKey(
            String name,
            TableName table,
            boolean partitioned,
            TableName referenced,
            boolean referencedPartitioned,
            boolean matchFull,
            boolean period,
            List<Identifier> columns,
            List<Identifier> referencedColumns,
            List<String> operators)
            implements Key {

        @Override
        public String object() {
            return "%s %s".formatted(table.plain(), name);
        }

        String orphansSql(Rows rows) {
            var join = IntStream.range(0, columns.size())
                    .mapToObj(i -> "%s %s %s".formatted(referenced(i), operators.get(i), referring(i)))
                    .collect(Collectors.joining(" AND "));
            var refers = IntStream.range(0, columns.size())
                    .mapToObj(i -> referring(i) + " IS NOT NULL")
                    .collect(Collectors.joining(matchFull ? " OR " : " AND "));
            return "SELECT count(*) FROM %s AS r LEFT JOIN %s AS p ON %s WHERE %s IS NULL AND (%s)"
                    .formatted(
                            rows.from(table, columns),
                            rows.from(referenced, referencedColumns),
                            join,
                            referenced(0),
                            refers);
        }

        private String referring(int place) {
            return "r." + columns.get(place).sql();
        }

        private String referenced(int place) {
            return "p." + referencedColumns.get(place).sql();
        }

        /** All rows; of a partitioned table those of its partitions, of another no child's. */
        String from(TableName wanted, List<Identifier> any) {
            var isPartitioned = wanted.equals(table) ? partitioned : referencedPartitioned;
            return isPartitioned ? wanted.sql() : "ONLY " + wanted.sql();
        }
    }
}
