package godwit.postgres.move;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import java.time.Duration;

/**
 * Makes the source of a move that is over read only, for those who are connected too.
 *
 * <p>A default of the database holds for sessions that begin after it. Those that are open keep theirs, and with the gate
 * goes what refused their writes: a write that a pooled connection made then would be lost without a word. So they are
 * ended before the gate goes.
 */
final class Seal {
    private static final long GONE_MILLIS_MAX = 10_000;

    /* What began when is hidden from a role that is no member of the session's, and so is what kind of process it is. */
    private static final String OLDER = """
            FROM pg_catalog.pg_stat_activity WHERE datname = current_database() AND usesysid IS NOT NULL
              AND coalesce(backend_type, 'client backend') = 'client backend'
              AND coalesce(application_name, '') !~ '^godwit' AND coalesce(backend_start < ?::timestamptz, true)""";

    /* A role's own default goes before the database's; the server keeps any word for it that it understands. */
    private static final String OVERRIDDEN = """
            SELECT count(*) > 0 FROM pg_catalog.pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) AS c (line)
            WHERE s.setrole <> 0 AND starts_with(lower(c.line), 'default_transaction_read_only=')
              AND NOT split_part(c.line, '=', 2)::boolean
              AND s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))""";

    private final MoveContext context;

    Seal(MoveContext context) {
        this.context = context;
    }

    /**
     * Seals; false when the role may not say so, may not end everybody's session, or other roles' defaults win, and where what
     * does not move lives in the same database: the gate stays.
     */
    boolean close() {
        if (!context.spec().tables().include().isEmpty()) {
            return false;
        }
        try (var session = context.open(Side.SOURCE, "complete")) {
            if (OwnSchema.hasOtherGates(session, context.gate(Side.SOURCE))
                    || !RoleRights.mayAlter(session)
                    || session.is(OVERRIDDEN)) {
                return false;
            }
            var database = new Identifier(session.text("SELECT current_database()"));
            session.execute("ALTER DATABASE " + database.sql() + " SET default_transaction_read_only = on");
            return end(session, session.text("SELECT clock_timestamp()::text"));
        }
    }

    private static boolean end(Session session, String since) {
        var until = System.nanoTime() + Duration.ofMillis(GONE_MILLIS_MAX).toNanos();
        while (session.number("SELECT count(*) " + OLDER, since) > 0) {
            try {
                session.number("SELECT count(pg_catalog.pg_terminate_backend(pid)) " + OLDER, since);
            } catch (GodwitException e) {
                return false;
            }
            if (System.nanoTime() > until) {
                return false;
            }
            Patience.pause(Duration.ofMillis(50));
        }
        return true;
    }
}
