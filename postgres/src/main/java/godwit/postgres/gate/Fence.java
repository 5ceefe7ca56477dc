package godwit.postgres.gate;

import godwit.GodwitException;
import godwit.Problem;
import godwit.postgres.Session;
import godwit.schema.TableName;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A fence: one transaction that holds the gate's lock alone, from the drain to the decision.
 *
 * <p>It ends by itself when nobody renews it: the server ends the transaction after idle_in_transaction_session_timeout,
 * and at once when the connection breaks.
 */
public final class Fence implements AutoCloseable {
    private final Session session;
    private final Gate gate;
    private boolean standing;

    public Fence(Session session, Gate gate) {
        this.session = session;
        this.gate = gate;
        session.keepAlone();
    }

    /**
     * Makes writers wait and waits for those under way.
     *
     * @param drainMillisMax when they have not ended by then, nothing is fenced
     * @param idleSecondsMax the server ends a fence that is not decided after this time
     */
    public void raise(int drainMillisMax, int idleSecondsMax) {
        session.begin();
        session.execute("SET LOCAL lock_timeout = " + drainMillisMax);
        session.execute("SET LOCAL idle_in_transaction_session_timeout = " + idleSecondsMax * 1000L);
        session.execute("SET LOCAL synchronous_commit = on");
        try {
            session.number("SELECT 1 FROM pg_advisory_xact_lock(?)", gate.lockKey());
        } catch (GodwitException e) {
            session.rollback();
            throw notDrained(gate.writers(session), drainMillisMax).asException(e);
        }
        standing = true;
    }

    /** Why a fence was not raised; the writers are those who are still at it. */
    public static Problem notDrained(List<Writer> writers, long drainMillisMax) {
        return Problem.of(
                        "writers-not-drained",
                        "Transactions that had begun to write did not end within %d ms%s."
                                .formatted(drainMillisMax, writers.isEmpty() ? "" : ": " + Writer.names(writers)),
                        "Wait for these pids (0: prepared transactions, which pg_prepared_xacts has) to end, or end them; then try again.")
                .withPids(Writer.pids(writers));
    }

    /** Decides: the epoch is set and the fence's own commit flushes it. */
    public void decide(long epoch) {
        gate.setEpochInside(session, epoch);
        session.commit();
        standing = false;
    }

    /** Runs a query inside the fence's transaction, which also renews it. */
    public List<String> look(String sql) {
        return session.query(sql, row -> row.getString(1));
    }

    /**
     * Shares tables with their readers and writers until the decision, so that nobody has one of them alone.
     *
     * @return those that somebody has or waits for alone
     */
    public List<TableName> share(List<TableName> tables) {
        return tables.isEmpty() || isShared(tables)
                ? List.of()
                : tables.stream().filter(t -> !isShared(List.of(t))).toList();
    }

    private boolean isShared(List<TableName> tables) {
        session.execute("SAVEPOINT sharing");
        try {
            session.execute(
                    tables.stream().map(t -> "ONLY " + t.sql()).collect(Collectors.joining(", ", "LOCK TABLE ", ""))
                            + " IN ACCESS SHARE MODE NOWAIT");
            session.execute("RELEASE SAVEPOINT sharing");
            return true;
        } catch (GodwitException e) {
            if (!Session.isLock(e)) {
                throw e;
            }
            session.execute("ROLLBACK TO SAVEPOINT sharing");
            return false;
        }
    }

    /** Shows the server that somebody is there; throws when it has ended the fence, and writers have come in since. */
    public void renew() {
        try {
            session.number("SELECT 1");
        } catch (GodwitException e) {
            throw Problem.of(
                            "fence-ended",
                            "The fence ended by itself before anything was decided.",
                            "Switch again when the servers are less busy, or raise switch.fenceSecondsMax.")
                    .asException(e);
        }
    }

    /** Ends the fence with nothing decided. */
    public void lift() {
        if (standing) {
            standing = false;
            session.rollback();
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
