package godwit.postgres;

import java.time.Duration;

/**
 * Turns at a lock that conflicts with an application's: each is short, because whoever asks for the table meanwhile waits
 * behind it.
 *
 * <p>An autovacuum holds its table for as long as it takes, and gives it up for a session that has waited for
 * {@code deadlock_timeout} (PostgreSQL's {@code ProcSleep}). Superusers may shorten that, so that a turn is long enough; for
 * others some of the turns are longer, as long as an autovacuum is at work in the database.
 */
public final class LockTurns {
    private static final String ASK_EARLY = """
            SELECT pg_catalog.set_config('deadlock_timeout', '50', false)
            FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolsuper""";

    /** Nobody but an autovacuum has this lock and no user; its kind is shown only to those who may see all sessions. */
    private static final String UNTIL_AUTOVACUUM_YIELDS = """
            SELECT setting::int FROM pg_catalog.pg_settings WHERE name = 'deadlock_timeout' AND EXISTS (
              SELECT FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
              WHERE l.locktype = 'relation' AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted AND a.usesysid IS NULL
                AND a.datname = current_database())""";

    private static final int LONG_ONE_IN = 6;

    private final Session session;
    private final int turnMillis;

    /** @param turn how long others wait behind a turn */
    public LockTurns(Session session, Duration turn) {
        this.session = session;
        this.turnMillis = (int) turn.toMillis();
        session.query(ASK_EARLY, row -> row.getString(1));
    }

    /**
     * Sets the session's lock_timeout for a turn.
     *
     * @param turn from 1 on
     */
    public void begin(int turn) {
        var more = turn % LONG_ONE_IN == 2
                ? session.first(UNTIL_AUTOVACUUM_YIELDS, row -> row.getInt(1)).orElse(0)
                : 0;
        session.execute("SET lock_timeout = " + (turnMillis + more));
    }
}
