package godwit.postgres.move;

import godwit.move.Side;
import godwit.postgres.Session;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is left at a source that has been moved away from, for whoever is to switch it off. */
final class Decommission {
    private static final String SESSIONS = """
            SELECT coalesce(usename, ''), coalesce(application_name, ''), coalesce(host(client_addr), 'local'), count(*)
            FROM pg_catalog.pg_stat_activity
            WHERE datname = current_database() AND usesysid IS NOT NULL AND coalesce(application_name, '') !~ '^godwit'
              AND coalesce(backend_type, 'client backend') = 'client backend'
            GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT 100""";

    private static final String ROLES = """
            SELECT rolname FROM pg_catalog.pg_roles
            WHERE rolcanlogin AND pg_catalog.has_database_privilege(oid, current_database(), 'CONNECT')
            ORDER BY 1 LIMIT 1000""";

    private static final String SLOTS = """
            SELECT slot_name::text FROM pg_catalog.pg_replication_slots
            WHERE coalesce(database, current_database()) = current_database() ORDER BY 1""";

    private final MoveContext context;

    Decommission(MoveContext context) {
        this.context = context;
    }

    /** Looks when all of the run's own has been removed but a gate that has to stay. */
    Map<String, Object> report(boolean sealed) {
        try (var source = context.open(Side.SOURCE, "complete")) {
            var report = new LinkedHashMap<String, Object>();
            report.put("database", context.source().endpoint().place());
            report.put("sealed", sealed);
            report.put("gateStays", context.gate(Side.SOURCE).epoch(source).isPresent());
            report.put("sessions", sessions(source));
            report.put("roles", source.query(ROLES, row -> row.getString(1)));
            report.put("slots", source.query(SLOTS, row -> row.getString(1)));
            report.put(
                    "preparedTransactions",
                    source.number(
                            "SELECT count(*) FROM pg_catalog.pg_prepared_xacts WHERE database = current_database()"));
            report.put("lastPosition", source.text("SELECT pg_catalog.pg_current_wal_lsn()::text"));
            report.put("bytes", source.number("SELECT pg_catalog.pg_database_size(current_database())"));
            return report;
        }
    }

    private static List<Map<String, Object>> sessions(Session source) {
        return source.query(
                SESSIONS,
                row -> Map.<String, Object>of(
                        "role", row.getString(1),
                        "application", row.getString(2),
                        "from", row.getString(3),
                        "sessions", row.getLong(4)));
    }
}
