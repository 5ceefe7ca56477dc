package godwit.postgres.move;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Row;
import godwit.postgres.Session;
import godwit.postgres.move.SideView.Activity;
import godwit.postgres.move.SideView.GateView;
import godwit.postgres.move.SideView.LockWait;
import godwit.postgres.move.SideView.Slot;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Looks at the sides of a run, for people who want to know why it does what it does. */
final class SideLook {
    private static final String SEES_OTHERS =
            "SELECT rolsuper OR pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') FROM pg_roles"
                    + " WHERE rolname = current_user";

    private static final String TRANSPORT =
            "SELECT CASE WHEN ssl THEN version ELSE 'plain' END FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

    private static final String SLOTS = """
            SELECT slot_name, active, coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint,
              coalesce(wal_status, 'unknown')
            FROM pg_replication_slots WHERE starts_with(slot_name, ?) ORDER BY 1""";

    private static final String LONG_TRANSACTIONS = """
            SELECT pid, coalesce(usename, ''), coalesce(application_name, ''), coalesce(state, ''),
              extract(epoch FROM clock_timestamp() - xact_start)::bigint
            FROM pg_stat_activity
            WHERE datname = current_database() AND application_name NOT LIKE 'godwit%'
              AND xact_start < clock_timestamp() - interval '5 s'
            ORDER BY xact_start LIMIT 10""";

    private static final String LOCK_WAITS = """
            SELECT a.pid, coalesce(a.application_name, ''),
              coalesce((SELECT l.relation::regclass::text FROM pg_locks l
                        WHERE l.pid = a.pid AND NOT l.granted AND l.relation IS NOT NULL LIMIT 1), ''),
              pg_blocking_pids(a.pid), coalesce(extract(epoch FROM clock_timestamp() - a.state_change), 0)::bigint
            FROM pg_stat_activity a
            WHERE a.datname = current_database() AND a.wait_event_type = 'Lock' ORDER BY a.state_change LIMIT 20""";

    private static final String SESSIONS = """
            SELECT pid, coalesce(usename, ''), application_name, coalesce(state, ''),
              extract(epoch FROM clock_timestamp() - coalesce(xact_start, backend_start))::bigint
            FROM pg_stat_activity
            WHERE datname = current_database() AND application_name LIKE 'godwit%' AND pid <> pg_backend_pid()
            ORDER BY application_name, pid LIMIT 50""";

    private final MoveContext context;

    SideLook(MoveContext context) {
        this.context = context;
    }

    SideView at(Side side) {
        try (var session = context.openBriefly(side, "diagnose")) {
            return seen(side, session);
        } catch (GodwitException e) {
            return SideView.unseen(side, place(side), e.problem());
        }
    }

    private String place(Side side) {
        try {
            return context.database(side).endpoint().place();
        } catch (GodwitException e) {
            return "";
        }
    }

    private SideView seen(Side side, Session session) {
        return new SideView(
                side,
                Optional.empty(),
                place(side),
                session.text("SHOW server_version"),
                session.text(TRANSPORT),
                session.is(SEES_OTHERS),
                session.query(SLOTS, SideLook::slot, "godwit_" + context.shortId()),
                gate(side, session),
                session.query(LONG_TRANSACTIONS, activity()),
                session.query(LOCK_WAITS, SideLook::lockWait),
                session.query(SESSIONS, activity()));
    }

    private Optional<GateView> gate(Side side, Session session) {
        var gate = context.gate(side);
        var epoch = gate.epoch(session);
        return epoch.isPresent()
                ? Optional.of(new GateView(epoch.getAsLong(), gate.isFenced(session)))
                : Optional.empty();
    }

    private static Slot slot(ResultSet row) throws SQLException {
        return new Slot(row.getString(1), row.getBoolean(2), row.getLong(3), row.getString(4));
    }

    private static Row<Activity> activity() {
        return row -> new Activity(row.getInt(1), row.getString(2), row.getString(3), row.getString(4), row.getLong(5));
    }

    private static LockWait lockWait(ResultSet row) throws SQLException {
        var by = (Integer[]) row.getArray(4).getArray();
        return new LockWait(row.getInt(1), row.getString(2), row.getString(3), List.of(by), row.getLong(5));
    }
}
