package godwit.postgres.move;

import godwit.GodwitException;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.run.Pace;
import godwit.run.throttle.Reading;
import godwit.run.throttle.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Measures one side through a session of its own, which is opened anew when it breaks. */
final class Probe implements AutoCloseable {
    /** Sessions of other roles are seen only by a role that may (pg_read_all_stats); else they count as idle. */
    private static final String LOOK = """
            SELECT
              coalesce((SELECT extract(epoch FROM max(replay_lag)) FROM pg_stat_replication
                        WHERE application_name NOT LIKE 'godwit%'), 0),
              (SELECT count(*) FROM pg_stat_activity
               WHERE state = 'active' AND backend_type = 'client backend' AND application_name NOT LIKE 'godwit%'),
              coalesce((SELECT extract(epoch FROM clock_timestamp() - min(xact_start)) FROM pg_stat_activity
                        WHERE backend_type = 'client backend' AND application_name NOT LIKE 'godwit%'), 0),
              coalesce((SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) FROM pg_replication_slots
                        WHERE slot_name = ?), 0)""";

    private static final List<Signal> LOOKED_AT =
            List.of(Signal.REPLICA_LAG, Signal.ACTIVE_SESSIONS, Signal.TRANSACTION_AGE, Signal.SLOT_BYTES);

    /** A single slow answer counts half. */
    private static final double WEIGHT = 0.5;

    private final MoveContext context;
    private final Side side;
    private final Pace pace;
    private @Nullable Session session;
    private List<Reading> last = List.of();
    private double latency;

    Probe(MoveContext context, Side side, Pace pace) {
        this.context = context;
        this.side = side;
        this.pace = pace;
    }

    /** What is measured now; while the side does not answer, what was measured last. */
    List<Reading> look() {
        try {
            last = measured(open());
        } catch (GodwitException unanswered) {
            session = null;
        }
        return last;
    }

    private Session open() {
        var now = session == null ? context.openBriefly(side, "probe") : session;
        session = now;
        return now;
    }

    private List<Reading> measured(Session open) {
        var began = pace.nanos();
        open.number("SELECT 1");
        var millis = (pace.nanos() - began) / (double) TimeUnit.MILLISECONDS.toNanos(1);
        latency = WEIGHT * millis + (1 - WEIGHT) * latency;
        var values = open.first(
                        LOOK,
                        row -> List.of(row.getDouble(1), row.getDouble(2), row.getDouble(3), row.getDouble(4)),
                        context.streamName(side))
                .orElseThrow();
        var readings = new ArrayList<Reading>();
        readings.add(new Reading(side, Signal.LATENCY, latency, pace.nanos()));
        for (var i = 0; i < LOOKED_AT.size(); i++) {
            readings.add(new Reading(side, LOOKED_AT.get(i), values.get(i), pace.nanos()));
        }
        return List.copyOf(readings);
    }

    @Override
    public void close() {
        if (session != null) {
            session.abort();
        }
    }
}
