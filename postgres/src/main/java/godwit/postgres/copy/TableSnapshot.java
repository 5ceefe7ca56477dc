package godwit.postgres.copy;

import godwit.move.Lsn;
import godwit.postgres.Session;
import godwit.schema.Literal;
import godwit.schema.Table;
import java.util.UUID;

/**
 * The snapshot under which all chunks of one table are read, held open by a session that locks no table.
 *
 * <p>The file number is read from the catalog under the snapshot itself: a TRUNCATE or a rewrite that commits later
 * gives the table another, and its old rows cannot be seen any more (PostgreSQL manual, 13.6).
 */
final class TableSnapshot implements AutoCloseable {
    private final Session session;
    private final String exported;
    private final String attempt;
    private final long filenode;
    private final long blocks;

    private TableSnapshot(Session session, String exported, String attempt, long filenode, long blocks) {
        this.session = session;
        this.exported = exported;
        this.attempt = attempt;
        this.filenode = filenode;
        this.blocks = blocks;
    }

    static TableSnapshot export(Session session, Table table) {
        session.begin();
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        return exported(session, table);
    }

    /**
     * Keeps a table that is truncated all the time from that while it is read through this session. The server ends the
     * lock when the session is idle for a moment, so that nobody waits for a worker that is gone.
     */
    static TableSnapshot exportLocked(Session session, Table table) {
        session.begin();
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        session.execute("SET LOCAL idle_in_transaction_session_timeout = '2s'");
        session.execute("LOCK TABLE ONLY " + table.name().sql() + " IN ACCESS SHARE MODE");
        return exported(session, table);
    }

    private static TableSnapshot exported(Session session, Table table) {
        var exported = session.text("SELECT pg_export_snapshot()");
        var snapshot = session.text("SELECT pg_current_snapshot()::text");
        var filenode = session.number(
                """
                SELECT c.relfilenode FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = ? AND c.relname = ?""", table.name().schema().name(), table.name().name().name());
        var blocks = session.number(
                "SELECT pg_relation_size(?::regclass) / current_setting('block_size')::bigint",
                table.name().sql());
        return new TableSnapshot(session, exported, snapshot + " " + UUID.randomUUID(), filenode, blocks);
    }

    /** Makes a session's transaction, which must just have begun, see what this snapshot sees. */
    void importInto(Session reader) {
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        reader.execute("SET TRANSACTION SNAPSHOT " + new Literal(exported).sql());
    }

    /** Flushes a server's log up to now, and returns the position that it has there. */
    static Lsn flushLog(Session session) {
        return Lsn.parse(session.text("SELECT pg_logical_emit_message(true, 'godwit.flush', '')::text"));
    }

    Session session() {
        return session;
    }

    /** Throws when the session that holds the snapshot has ended, as it does when its server crashes. */
    void requireHeld() {
        session.execute("SELECT 1");
    }

    /** A name for the attempt to copy what the snapshot sees: the snapshot, and what no other attempt has. */
    String attempt() {
        return attempt;
    }

    /** The snapshot of an attempt, as the server writes it. */
    static String snapshotOf(String attempt) {
        return attempt.split(" ", 2)[0];
    }

    long filenode() {
        return filenode;
    }

    long blocks() {
        return blocks;
    }

    @Override
    public void close() {
        session.abort();
    }
}
