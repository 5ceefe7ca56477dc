package godwit.postgres.verify;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Notices that a table's file was replaced after the snapshot.
 *
 * <p>TRUNCATE and a rewriting ALTER TABLE are not MVCC-safe: a snapshot from before sees an empty table, without an
 * error (PostgreSQL manual, 13.6). After VACUUM FULL or CLUSTER the rows stand in other blocks than the pieces expect.
 */
final class RewriteGuard {
    /* The catalog's row is that of the snapshot; the function looks at the table as it is now. */
    private static final String SAME_FILE = """
            SELECT pg_relation_filenode(c.oid) IS NOT DISTINCT FROM c.relfilenode
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ?""";

    private RewriteGuard() {}

    /** Called behind the reading, while the session still holds the lock that keeps others from rewriting. */
    static void check(Connection session, TableName table) throws SQLException {
        try (var statement = session.prepareStatement(SAME_FILE)) {
            statement.setString(1, table.schema().name());
            statement.setString(2, table.name().name());
            try (var row = statement.executeQuery()) {
                if (!row.next() || !row.getBoolean(1)) {
                    throw rewritten(table);
                }
            }
        }
    }

    private static GodwitException rewritten(TableName table) {
        var message = "table %s was rewritten or truncated while it was verified".formatted(table.plain());
        var problem = Problem.of("verification-table-rewritten", message, "Verify again when the change has ended.")
                .withObjects(List.of(table.plain()));
        return new GodwitException(problem, Retry.LATER, new IllegalStateException(message));
    }
}
