package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Side;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Notices whoever writes past the gate on the side without the writes.
 *
 * <p>Its log tells: what is there and not an echo is foreign. What came before a verification has been looked at by it;
 * what comes after keeps the writes where they are.
 */
final class ForeignWriters {
    private static final String SESSIONS = """
            SELECT pid FROM pg_catalog.pg_stat_activity
            WHERE datname = current_database() AND application_name !~ '^godwit' AND pid <> pg_backend_pid()
              AND backend_type = 'client backend' ORDER BY backend_start DESC LIMIT 20""";

    private final MoveContext context;
    private final Streams streams;
    private final Map<Side, Long> verified = new EnumMap<>(Side.class);

    ForeignWriters(MoveContext context, Streams streams) {
        this.context = context;
        this.streams = streams;
    }

    /** Foreign transactions that the stream from this side has met since the worker started. */
    long count(Side side) {
        return streams.isOpen(side) ? streams.from(side).state().foreign() : 0;
    }

    /** Notes that a verification begins, which will see what they did. */
    void verified(Side leader) {
        verified.put(leader.other(), count(leader.other()));
    }

    /** Refuses to go on when somebody has written on the side without the writes since the last verification. */
    void requireNone(Side leader) {
        var follower = leader.other();
        var since = count(follower) - verified.getOrDefault(follower, 0L);
        if (since > 0) {
            throw Problem.of(
                            "foreign-writers",
                            "%d transactions that are not Godwit's were written on the %s past the gate."
                                    .formatted(since, follower.word()),
                            "Find who writes there (pids: its sessions now), then verify and switch again.")
                    .withPids(sessions(follower))
                    .asException();
        }
    }

    private List<Integer> sessions(Side side) {
        try (var session = context.look(side)) {
            return session.query(SESSIONS, row -> row.getInt(1));
        }
    }
}
