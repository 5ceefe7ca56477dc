package godwit.postgres.gate;

import godwit.move.Side;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import godwit.schema.TableName;
import godwit.traffic.Journal;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The gate of one run in one of its databases.
 *
 * <p>A statement trigger on every table, root and leaf, takes a shared advisory lock for its transaction and reads the
 * gate's epoch from a sequence. A fence takes that lock exclusively, which is also the drain: it waits for every
 * transaction that wrote, prepared ones included, and new writers wait for it. A sequence and not a table holds the
 * epoch, because it is read as it is now even under an old snapshot. The trigger fires for replica sessions too; of sessions
 * that run statements only those of this run pass. The server's own subscriptions run none, and are to be disabled.
 *
 * <p>The fast path tries the lock, which succeeds whenever no fence stands; only under a fence does it wait, within its
 * own lock_timeout, after which the writer gets 40001.
 */
public final class Gate {
    private final UUID run;
    private final Side side;
    private final String name;

    public Gate(UUID run, Side side) {
        this.run = run;
        this.side = side;
        this.name = run.toString().substring(0, 8);
    }

    /** The key of the advisory lock that writers share and a fence has alone. */
    public long lockKey() {
        return run.getMostSignificantBits() ^ Long.rotateLeft(run.getLeastSignificantBits(), 17);
    }

    /** The trigger's name, the same on every table. */
    public Identifier trigger() {
        return new Identifier("godwit_gate_" + name);
    }

    /** The sequence that holds the epoch, quoted where that is needed. */
    public String epochName() {
        return "godwit." + new Identifier("epoch_" + name).sql();
    }

    private String functionName() {
        return "godwit." + new Identifier("gate_" + name).sql();
    }

    private String waitName() {
        return "godwit." + new Identifier("wait_" + name).sql();
    }

    /**
     * Creates what the triggers need; afterwards the gate stands at the first epoch unless it stood already.
     *
     * @param session whose role's members pass with the word
     * @param exempt the word
     * @param waitSeconds for how long a fence makes writers wait at most
     */
    public void create(Session session, String exempt, int waitSeconds) {
        session.transaction(s -> {
            s.execute("CREATE SCHEMA IF NOT EXISTS godwit");
            s.execute("CREATE SEQUENCE IF NOT EXISTS " + epochName() + " MINVALUE " + Journal.FIRST_EPOCH);
            s.execute(waitFunction(waitSeconds));
            s.execute(gateFunction(exempt));
            return true;
        });
    }

    private String waitFunction(int waitSeconds) {
        return """
                CREATE OR REPLACE FUNCTION %s() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
                SET search_path = pg_catalog SET lock_timeout = %s AS $gate$
                BEGIN
                  PERFORM pg_advisory_xact_lock_shared(%d);
                EXCEPTION WHEN lock_not_available THEN
                  RAISE EXCEPTION USING ERRCODE = '40001',
                    MESSAGE = 'writes wait while this database moves, and this one waited too long',
                    HINT = 'Try the transaction again.';
                END $gate$""".formatted(waitName(), new Literal(waitSeconds + "s").sql(), lockKey());
    }

    private String gateFunction(String exempt) {
        var open = side == Side.SOURCE ? 0 : 1;
        return """
                CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
                SET search_path = pg_catalog AS $gate$
                DECLARE epoch bigint;
                BEGIN
                  IF current_setting('godwit.exempt', true) = %s AND pg_has_role(session_user, current_user, 'MEMBER') THEN
                    RETURN NULL;
                  END IF;
                  IF NOT pg_try_advisory_xact_lock_shared(%d) THEN PERFORM %s(); END IF;
                  SELECT last_value INTO epoch FROM %s;
                  IF epoch %% 2 <> %d THEN
                    RAISE EXCEPTION USING ERRCODE = '25006',
                      MESSAGE = format('%%I.%%I takes no writes here: they belong to the move''s other side',
                                       TG_TABLE_SCHEMA, TG_TABLE_NAME),
                      HINT = 'Connect to the database that the writes have moved to, then try again.';
                  END IF;
                  RETURN NULL;
                END $gate$""".formatted(functionName(), new Literal(exempt).sql(), lockKey(), waitName(), epochName(), open);
    }

    /** Puts the trigger on a table; waits for the table's lock no longer than the session's lock_timeout. */
    public void guard(Session session, TableName table) {
        if (isGuarded(session, table)) {
            return;
        }
        session.transaction(s -> {
            guardInside(s, table);
            return true;
        });
    }

    /** Puts the trigger on a table in the transaction that the session is in, which may have made the table. */
    public void guardInside(Session session, TableName table) {
        if (!hasTrigger(session, table)) {
            session.execute("CREATE TRIGGER " + trigger().sql() + " BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "
                    + table.sql() + " FOR EACH STATEMENT EXECUTE FUNCTION " + functionName() + "()");
        }
        session.execute("ALTER TABLE " + table.sql() + " ENABLE ALWAYS TRIGGER "
                + trigger().sql());
    }

    private boolean isGuarded(Session session, TableName table) {
        return session.is(
                "SELECT count(*) > 0 FROM pg_catalog.pg_trigger WHERE tgrelid = ?::pg_catalog.regclass"
                        + " AND tgname = ? AND tgenabled = 'A'",
                table.sql(),
                trigger().name());
    }

    private boolean hasTrigger(Session session, TableName table) {
        return session.is(
                "SELECT count(*) > 0 FROM pg_catalog.pg_trigger WHERE tgrelid = ?::pg_catalog.regclass AND tgname = ?",
                table.sql(),
                trigger().name());
    }

    /** Whether sessions that log in like this one pass with the word: the gate's owner, its members, superusers. */
    public boolean letsPass(Session session) {
        return session.is(
                "SELECT pg_catalog.pg_has_role(session_user, p.proowner, 'MEMBER') FROM pg_catalog.pg_proc p"
                        + " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
                        + " WHERE n.nspname = 'godwit' AND p.proname = ?",
                "gate_" + name);
    }

    /** The tables on which this gate is on for all sessions. */
    public List<TableName> inForce(Session session) {
        return session.query(
                """
                SELECT n.nspname, c.relname FROM pg_catalog.pg_trigger t
                JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE t.tgname = ? AND t.tgenabled = 'A' AND t.tgfoid = pg_catalog.to_regproc(?)""",
                row -> TableName.of(row.getString(1), row.getString(2)),
                trigger().name(),
                functionName());
    }

    /** The tables that have this gate's trigger. */
    public List<TableName> guarded(Session session) {
        return session.query(
                """
                SELECT n.nspname, c.relname FROM pg_catalog.pg_trigger t
                JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE t.tgname = ? ORDER BY 1, 2""",
                row -> TableName.of(row.getString(1), row.getString(2)),
                trigger().name());
    }

    public void unguard(Session session, TableName table) {
        session.execute("DROP TRIGGER IF EXISTS " + trigger().sql() + " ON " + table.sql());
    }

    /** Removes what {@link #create} made. */
    public void drop(Session session) {
        session.transaction(s -> {
            s.execute("DROP FUNCTION IF EXISTS " + functionName() + "()");
            s.execute("DROP FUNCTION IF EXISTS " + waitName() + "()");
            s.execute("DROP SEQUENCE IF EXISTS " + epochName());
            return true;
        });
    }

    /** The gate's epoch; empty when there is no gate. */
    public OptionalLong epoch(Session session) {
        var there = session.is("SELECT pg_catalog.to_regclass(?) IS NOT NULL", epochName());
        return there ? OptionalLong.of(session.number("SELECT last_value FROM " + epochName())) : OptionalLong.empty();
    }

    /**
     * Sets the epoch in a transaction whose commit flushes it, so that no crash of the server takes it back. A newer one
     * stays: a worker that was lost from sight may come back with a decision that others have followed up.
     */
    public void setEpoch(Session session, long epoch) {
        session.transaction(s -> {
            s.execute("SET LOCAL synchronous_commit = on");
            setEpochInside(s, epoch);
            return true;
        });
    }

    void setEpochInside(Session session, long epoch) {
        session.number("SELECT setval(?::regclass, greatest(last_value, ?)) FROM " + epochName(), epochName(), epoch);
    }

    /** Who has written in a transaction that has not ended, the oldest first; Godwit's own sessions are none. */
    public List<Writer> writers(Session session) {
        return session.query(
                """
                SELECT coalesce(l.pid, 0), coalesce(a.application_name, ''),
                  coalesce(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start,
                    (SELECT min(prepared) FROM pg_catalog.pg_prepared_xacts))) * 1000, 0)::bigint AS millis
                FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.mode = 'ShareLock'
                  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
                  AND l.classid = ((?::bigint >> 32) & 4294967295)::oid AND l.objid = (?::bigint & 4294967295)::oid
                ORDER BY millis DESC""", row -> new Writer(row.getInt(1), row.getString(2), row.getLong(3)), lockKey(), lockKey());
    }

    /** Whether a fence stands here or waits for writers, whoever raised it. */
    public boolean isFenced(Session session) {
        return session.is("""
                SELECT count(*) > 0 FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'
                AND objsubid = 1
                AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
                AND classid = ((?::bigint >> 32) & 4294967295)::oid AND objid = (?::bigint & 4294967295)::oid""", lockKey(), lockKey());
    }
}
