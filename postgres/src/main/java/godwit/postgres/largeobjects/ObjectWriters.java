package godwit.postgres.largeobjects;

import godwit.postgres.Session;
import java.util.HashMap;
import java.util.Map;

/**
 * The transactions that have written large objects and not ended.
 *
 * <p>Whoever opens a large object holds ROW EXCLUSIVE on {@code pg_largeobject} until the transaction ends. Of those,
 * the ones that have a transaction id have written something. One that waits at the gate is refused there.
 */
public final class ObjectWriters {
    private ObjectWriters() {}

    /**
     * Their pids by the names of their transactions; 0 for a prepared one.
     *
     * @param gateKey the advisory lock at which writers of tables wait
     */
    public static Map<String, Integer> now(Session session, long gateKey) {
        var found = new HashMap<String, Integer>();
        session.query("""
                SELECT l.virtualtransaction, coalesce(l.pid, 0) FROM pg_catalog.pg_locks l
                WHERE l.locktype = 'relation' AND l.granted AND l.mode = 'RowExclusiveLock'
                  AND l.relation = 'pg_catalog.pg_largeobject'::pg_catalog.regclass
                  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
                  AND EXISTS (SELECT FROM pg_catalog.pg_locks x WHERE x.virtualtransaction = l.virtualtransaction
                              AND x.locktype = 'transactionid' AND x.mode = 'ExclusiveLock' AND x.granted)
                  AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks g WHERE g.pid = l.pid AND NOT g.granted
                                  AND g.locktype = 'advisory' AND g.objsubid = 1
                                  AND g.classid = ((?::bigint >> 32) & 4294967295)::oid
                                  AND g.objid = (?::bigint & 4294967295)::oid)""", row -> found.put(row.getString(1), row.getInt(2)), gateKey, gateKey);
        return found;
    }
}
