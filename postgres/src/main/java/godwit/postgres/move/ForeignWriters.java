package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Side;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Notices whoever writes past the gate on the side without the writes.
 *
 * <p>Its log tells: what is there and not an echo is foreign. What came before a verification that found both sides equal
 * has done no harm; anything else keeps the writes where they are, and the run from its end.
 */
final class ForeignWriters {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String SESSIONS = """
            SELECT pid FROM pg_catalog.pg_stat_activity
            WHERE datname = current_database() AND application_name !~ '^godwit' AND pid <> pg_backend_pid()
              AND backend_type = 'client backend' ORDER BY backend_start DESC LIMIT 20""";

    private final MoveContext context;
    private final Streams streams;

    ForeignWriters(MoveContext context, Streams streams) {
        this.context = context;
        this.streams = streams;
    }

    /**
     * Foreign transactions since both sides were last proven equal. The side that has the writes may have some from just
     * before it had them.
     */
    long count() {
        return known().values().stream().mapToLong(Long::longValue).sum();
    }

    /** The same for each side. */
    Map<Side, Long> known() {
        return Map.of(Side.SOURCE, streams.foreign(Side.SOURCE), Side.TARGET, streams.foreign(Side.TARGET));
    }

    /** Both sides were proven equal; so many were known before that was begun. */
    void proven(Map<Side, Long> known) {
        known.forEach(streams::forgetForeign);
    }

    /** The same as {@link #requireNone} for all that was written until now. */
    void requireNoneUntilNow(Side leader) {
        var follower = leader.other();
        try (var session = context.open(follower, "look")) {
            streams.catchUp(session, follower, PATIENCE);
        }
        requireNone(leader);
    }

    /** Refuses to go on when somebody has written past the gate since both sides were last proven equal. */
    void requireNone(Side leader) {
        var count = count();
        if (count > 0) {
            throw problem(count, leader, sessions(leader.other())).asException();
        }
    }

    /** @param pids who has sessions on the side without the writes now */
    static Problem problem(long count, Side leader, List<Integer> pids) {
        return Problem.of(
                        "foreign-writers",
                        "%d transactions that are not Godwit's were written past the gate of the %s."
                                .formatted(count, leader.other().word()),
                        "Find who writes there (pids: its sessions now). godwit verify shows what differs: save it, make"
                                + " both sides equal with godwit repair, verify, and write what is needed of it on the %s; then try again."
                                        .formatted(leader.word()))
                .withPids(pids);
    }

    private List<Integer> sessions(Side side) {
        try (var session = context.look(side)) {
            return session.query(SESSIONS, row -> row.getInt(1));
        }
    }
}
