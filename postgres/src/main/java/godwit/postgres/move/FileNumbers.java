package godwit.postgres.move;

import godwit.Problem;
import godwit.postgres.Session;
import godwit.postgres.apply.TableFile;
import godwit.postgres.apply.TouchedRows;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The numbers of the files that tables lie in.
 *
 * <p>A statement that writes a table anew, such as {@code ALTER TABLE … TYPE … USING}, may give every row another value,
 * and no log that is decoded has it. The table gets another file by it; so it does by TRUNCATE, which the log has.
 */
final class FileNumbers {
    private static final String READ = """
            SELECT n.nspname, c.relname, c.relfilenode::bigint, c.xmin::text::bigint
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'godwit')""";

    private FileNumbers() {}

    /** Those of all tables as the session's snapshot sees them. */
    static Map<TableName, TableFile> read(Session session) {
        return session
                .query(
                        READ,
                        row -> Map.entry(
                                TableName.of(row.getString(1), row.getString(2)),
                                new TableFile(row.getLong(3), (int) row.getLong(4))))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Those of some tables. */
    static Map<TableName, TableFile> read(Session session, List<Table> tables) {
        var all = new HashMap<>(read(session));
        all.keySet().retainAll(tables.stream().map(Table::name).toList());
        return all;
    }

    /**
     * Refuses to go on when a table was written anew since both sides were compared.
     *
     * @param leader a session of the side that has the writes
     */
    static void requireSame(Session leader, TouchedRows touched) {
        requireNone(touched.surelyRewritten(read(leader)));
    }

    /** @throws godwit.GodwitException rewritten-since-verification */
    static void requireNone(List<TableName> rewritten) {
        if (!rewritten.isEmpty()) {
            throw Problem.of(
                            "rewritten-since-verification",
                            ("%d tables were written anew since both sides were compared, as ALTER TABLE and VACUUM FULL do,"
                                            + " and TRUNCATE in a subtransaction.")
                                    .formatted(rewritten.size()),
                            "Ask again: they are compared then. If ALTER TABLE gave their rows other values, repair first.")
                    .withObjects(names(rewritten))
                    .asException();
        }
    }

    private static List<String> names(List<TableName> tables) {
        return tables.stream().map(TableName::plain).sorted().toList();
    }
}
