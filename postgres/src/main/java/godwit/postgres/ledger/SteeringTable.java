package godwit.postgres.ledger;

import godwit.postgres.Session;
import godwit.run.Steering;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What people want of runs, as the ledger keeps it: a row for each wish that holds. */
final class SteeringTable {
    private final Session session;

    SteeringTable(Session session) {
        this.session = session;
    }

    private record Wish(String key, String value, String operator) {}

    Steering read(UUID run) {
        var settings = new LinkedHashMap<String, String>();
        var pausedBy = Optional.<String>empty();
        for (var wish : wishes(run)) {
            if (wish.key().equals(Steering.PAUSED)) {
                pausedBy = Optional.of(wish.operator());
            } else {
                settings.put(wish.key(), wish.value());
            }
        }
        return new Steering(pausedBy, settings);
    }

    private List<Wish> wishes(UUID run) {
        return session.query(
                "SELECT key, value, operator FROM godwit.setting WHERE run = ? ORDER BY key",
                row -> new Wish(row.getString(1), row.getString(2), row.getString(3)),
                run);
    }

    void write(UUID run, Map<String, String> wishes, String operator) {
        session.transaction(s -> {
            for (var wish : wishes.entrySet()) {
                if (wish.getValue().isEmpty()) {
                    s.execute("DELETE FROM godwit.setting WHERE run = ? AND key = ?", run, wish.getKey());
                } else {
                    put(s, run, new Wish(wish.getKey(), wish.getValue(), operator));
                }
            }
            return true;
        });
    }

    private static void put(Session session, UUID run, Wish wish) {
        session.execute("""
                INSERT INTO godwit.setting (run, key, value, operator) VALUES (?, ?, ?, ?)
                ON CONFLICT (run, key) DO UPDATE
                SET value = excluded.value, operator = excluded.operator, set_at = clock_timestamp()""", run, wish.key(), wish.value(), wish.operator());
    }
}
