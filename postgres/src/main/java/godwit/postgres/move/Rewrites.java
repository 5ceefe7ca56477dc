package godwit.postgres.move;

import godwit.Problem;
import godwit.postgres.Session;
import godwit.postgres.apply.TableFile;
import godwit.postgres.apply.TouchedRows;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which tables were written anew with other values.
 *
 * <p>A statement that writes a table anew, such as {@code ALTER TABLE … TYPE … USING}, may give every row another value,
 * and no log that is decoded has it. The table gets another file by it; so it does by TRUNCATE, which the log has, and by
 * VACUUM FULL, CLUSTER and a change of how it is stored, which leave the values alone. Only what changes values changes the
 * catalog's rows of the table's columns too.
 */
final class Rewrites {
    /** The number of each table's file. */
    private static final String FILES = """
            SELECT n.nspname, c.relname, c.relfilenode::bigint
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'godwit')""";

    /** By whom each column was described last; another table may have come to bear the name. */
    private static final String COLUMNS = """
            SELECT hashtextextended(string_agg(concat_ws(' ', a.attrelid, a.attnum, a.xmin), ',' ORDER BY a.attnum), 0)
            FROM pg_catalog.pg_attribute a WHERE a.attrelid = %s AND a.attnum > 0""";

    private static final String BOTH =
            FILES.replace("bigint\n", "bigint, coalesce((" + COLUMNS.formatted("c.oid") + "), 0)\n");

    private Rewrites() {}

    /** How all tables lie, as the session's snapshot sees them. */
    static Map<TableName, TableFile> read(Session session) {
        return session
                .query(
                        BOTH,
                        row -> Map.entry(
                                TableName.of(row.getString(1), row.getString(2)),
                                new TableFile(row.getLong(3), row.getLong(4))))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** How some tables lie. */
    static Map<TableName, TableFile> read(Session session, List<Table> tables) {
        var all = new HashMap<>(read(session));
        all.keySet().retainAll(tables.stream().map(Table::name).toList());
        return all;
    }

    /**
     * The tables that were written anew on either side, with values that may be others, since both were compared.
     *
     * @param leader a session of the side that has the writes
     * @param follower one of the other
     */
    static List<TableName> since(Session leader, Session follower, TouchedRows touched) {
        var rewritten = new LinkedHashSet<TableName>();
        add(leader, touched.leaderFiles(), rewritten);
        add(follower, touched.followerFiles(), rewritten);
        return List.copyOf(rewritten);
    }

    private static void add(Session session, Map<TableName, TableFile> then, Set<TableName> rewritten) {
        numbers(session).forEach((table, number) -> {
            var before = then.get(table);
            if (before != null && before.number() != number && before.columns() != columns(session, table)) {
                rewritten.add(table);
            }
        });
    }

    private static Map<TableName, Long> numbers(Session session) {
        return session
                .query(FILES, row -> Map.entry(TableName.of(row.getString(1), row.getString(2)), row.getLong(3)))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static long columns(Session session, TableName table) {
        return session.number(
                "SELECT coalesce((" + COLUMNS.formatted("pg_catalog.to_regclass(?)") + "), 0)", table.sql());
    }

    /** @throws godwit.GodwitException rewritten-since-verification */
    static void requireNone(List<TableName> rewritten) {
        if (!rewritten.isEmpty()) {
            throw Problem.of(
                            "rewritten-since-verification",
                            "%d tables were written anew, as ALTER TABLE … TYPE does, since both sides were compared."
                                    .formatted(rewritten.size()),
                            "Ask again: they are compared then. If ALTER TABLE gave their rows other values, repair first.")
                    .withObjects(
                            rewritten.stream().map(TableName::plain).sorted().toList())
                    .asException();
        }
    }
}
