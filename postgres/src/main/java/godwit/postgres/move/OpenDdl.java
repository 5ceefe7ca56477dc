package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.gate.Gate;
import godwit.schema.TableName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds transactions that change the schema just now: no fence holds DDL, and what it does is not to be seen before its
 * commit, which may come after the decision. A table that is made and filled in one transaction would stay behind, and so
 * would rows that are written while a table's triggers are off.
 *
 * <p>Their locks tell: that of the schema in which something is made, and strong ones on tables of the move. Whoever waits
 * at the gate with a table's lock, as TRUNCATE does, has changed nothing yet.
 */
final class OpenDdl {
    private static final Duration TURN = Duration.ofMillis(25);

    /** Autovacuum has no role, which everybody may see; its kind only some may. */
    private static final String LOCKS = """
            SELECT DISTINCT coalesce(l.pid, 0), n.nspname, c.relname FROM pg_catalog.pg_locks l
            LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
            LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE l.locktype = 'relation' AND l.granted AND l.mode IN ('ShareRowExclusiveLock', 'AccessExclusiveLock')
              AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
              AND coalesce(a.application_name, '') !~ '^godwit' AND (a.pid IS NULL OR a.usesysid IS NOT NULL)
              AND CASE WHEN c.oid IS NULL THEN EXISTS (
                    SELECT FROM pg_catalog.pg_locks s JOIN pg_catalog.pg_namespace m ON m.oid = s.objid
                    WHERE s.locktype = 'object' AND s.classid = 'pg_catalog.pg_namespace'::regclass
                      AND s.database = l.database AND s.virtualtransaction = l.virtualtransaction
                      AND m.nspname !~ '^pg_' AND m.nspname <> 'godwit')
                  ELSE c.relkind IN ('r', 'p') AND NOT EXISTS (
                    SELECT FROM pg_catalog.pg_locks w
                    WHERE w.locktype = 'advisory' AND NOT w.granted AND w.objsubid = 1 AND w.database = l.database
                      AND w.virtualtransaction = l.virtualtransaction
                      AND w.classid = ((?::bigint >> 32) & 4294967295)::oid AND w.objid = (?::bigint & 4294967295)::oid)
                  END""";

    private final Gate gate;
    private final Side side;
    private final Predicate<TableName> taken;

    /** @param taken which tables go along */
    OpenDdl(Gate gate, Side side, Predicate<TableName> taken) {
        this.gate = gate;
        this.side = side;
        this.taken = taken;
    }

    /** @param table empty for one that is not to be seen yet */
    private record Changing(int pid, Optional<TableName> table) {}

    /** Waits for so long that none is left, and then refuses to go on. */
    void requireNone(Session session, Duration limit) {
        var until = System.nanoTime() + limit.toNanos();
        for (var pids = pids(session); !pids.isEmpty(); pids = pids(session)) {
            if (System.nanoTime() > until) {
                throw Problem.of(
                                "schema-changing",
                                "%d transactions are changing the schema of the %s, and may end after the writes have moved."
                                        .formatted(pids.size(), side.word()),
                                "Wait for these pids (0: prepared transactions, which pg_prepared_xacts has) to end, or end them; then try again.")
                        .withPids(pids)
                        .asException();
            }
            Patience.pause(TURN);
        }
    }

    private List<Integer> pids(Session session) {
        return session
                .query(
                        LOCKS,
                        row -> new Changing(row.getInt(1), table(row.getString(2), row.getString(3))),
                        gate.lockKey(),
                        gate.lockKey())
                .stream()
                .filter(changing -> changing.table().filter(taken.negate()).isEmpty())
                .map(Changing::pid)
                .distinct()
                .toList();
    }

    private static Optional<TableName> table(@Nullable String schema, @Nullable String name) {
        return schema == null || name == null ? Optional.empty() : Optional.of(TableName.of(schema, name));
    }
}
