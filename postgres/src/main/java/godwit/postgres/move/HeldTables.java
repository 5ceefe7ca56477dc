package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.gate.Fence;
import godwit.postgres.gate.Gate;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Keeps the moved tables from being changed by DDL from the last comparison to the decision, as no gate does: the fence's
 * transaction shares each table with its readers and writers.
 *
 * <p>A table that cannot be had is somebody's who waits at the gate with a lock on it, so that nobody else has it alone until
 * the decision, or the writes stay.
 * Of a schema with more tables than the server has room for locks none is held; then, and with somebody at the gate, the
 * tables are looked at once more just before the decision.
 */
final class HeldTables {
    static final HeldTables NONE = new HeldTables(0, new Gate(new UUID(0, 0), Side.SOURCE), Side.SOURCE);

    private static final Duration PATIENCE = Duration.ofMillis(250);
    private static final Duration TURN = Duration.ofMillis(25);

    /** Others need room too. */
    private static final String ROOM = """
            SELECT current_setting('max_locks_per_transaction')::bigint
              * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint) / 4""";

    private static final String AT_THE_GATE = """
            SELECT count(*) > 0 FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_locks w
              ON w.virtualtransaction = l.virtualtransaction AND w.database = l.database
            WHERE l.locktype = 'relation' AND l.relation = pg_catalog.to_regclass(?) AND l.granted
              AND w.locktype = 'advisory' AND NOT w.granted AND w.objsubid = 1
              AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
              AND w.classid = ((?::bigint >> 32) & 4294967295)::oid AND w.objid = (?::bigint & 4294967295)::oid""";

    private static final String CHANGING = """
            SELECT DISTINCT coalesce(l.pid, 0) FROM pg_catalog.pg_locks l
            WHERE l.locktype = 'relation' AND l.relation = pg_catalog.to_regclass(?) AND l.mode = 'AccessExclusiveLock'
              AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())""";

    private final long room;
    private final Gate gate;
    private final Side side;
    private boolean all;

    private HeldTables(long room, Gate gate, Side side) {
        this.room = room;
        this.gate = gate;
        this.side = side;
    }

    /** Asks what has to be known before anybody waits. */
    static HeldTables of(Session session, Gate gate, Side side) {
        return new HeldTables(session.number(ROOM), gate, side);
    }

    /** Whether nobody's DDL can come to any of the tables any more. */
    boolean holdsAll() {
        return all;
    }

    /** @throws godwit.GodwitException schema-changing */
    void take(Fence fence, Session session, List<Table> tables) {
        all = false;
        if (tables.size() > room) {
            return;
        }
        var until = System.nanoTime() + PATIENCE.toNanos();
        var left = fence.share(tables.stream().map(Table::name).toList());
        all = left.isEmpty();
        for (left = others(session, left); !left.isEmpty(); left = others(session, fence.share(left))) {
            if (System.nanoTime() > until) {
                throw changing(session, left.getFirst());
            }
            Patience.pause(TURN);
        }
    }

    private List<TableName> others(Session session, List<TableName> unshared) {
        return unshared.stream()
                .filter(table -> !session.is(AT_THE_GATE, table.sql(), gate.lockKey(), gate.lockKey()))
                .toList();
    }

    private RuntimeException changing(Session session, TableName table) {
        return Problem.of(
                        "schema-changing",
                        "Somebody has or waits for %s of the %s alone, and may change it before the writes have moved."
                                .formatted(table.plain(), side.word()),
                        "Wait for these pids (0: prepared transactions, which pg_prepared_xacts has) to end, or end them; then try again.")
                .withObjects(List.of(table.plain()))
                .withPids(session.query(CHANGING, row -> row.getInt(1), table.sql()))
                .asException();
    }
}
