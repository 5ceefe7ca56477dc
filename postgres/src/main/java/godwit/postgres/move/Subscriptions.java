package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.schema.TableName;
import java.util.List;
import java.util.Optional;

/**
 * Finds the server's own subscriptions that write to tables of a move. Their workers fire no triggers of statements, so no
 * gate keeps them out and no fence makes them wait.
 */
final class Subscriptions {
    private static final String ENABLED = """
            SELECT s.subname, n.nspname, c.relname FROM pg_catalog.pg_subscription s
            JOIN pg_catalog.pg_subscription_rel r ON r.srsubid = s.oid
            CROSS JOIN LATERAL (SELECT r.srrelid::oid AS oid
                                UNION SELECT t.relid::oid FROM pg_catalog.pg_partition_tree(r.srrelid) t) AS part
            JOIN pg_catalog.pg_class c ON c.oid = part.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE s.subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
              AND (s.subenabled OR EXISTS (SELECT FROM pg_catalog.pg_stat_subscription a
                                           WHERE a.subid = s.oid AND a.pid IS NOT NULL))
            ORDER BY 1, 2, 3""";

    private final MoveContext context;
    private final Side side;

    Subscriptions(MoveContext context, Side side) {
        this.context = context;
        this.side = side;
    }

    private record Found(String subscription, TableName table) {}

    /** What writes to the source may go on until the switch; a target is written to by the move alone. */
    List<Finding> findings(Session session) {
        return problem(session).map(problem -> new Finding(side == Side.TARGET, problem)).stream()
                .toList();
    }

    /** Refuses to move the writes while one is enabled, or its worker has not ended yet. */
    void requireNone(Session session) {
        problem(session).ifPresent(problem -> {
            throw problem.asException();
        });
    }

    private Optional<Problem> problem(Session session) {
        var taken = context.taken(session);
        var found = session
                .query(ENABLED, row -> new Found(row.getString(1), TableName.of(row.getString(2), row.getString(3))))
                .stream()
                .filter(one -> taken.test(one.table()))
                .map(Found::subscription)
                .distinct()
                .toList();
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(Problem.of(
                                "subscription-writes",
                                "%d subscriptions of the %s write to tables of the move past every gate."
                                        .formatted(found.size(), side.word()),
                                "ALTER SUBSCRIPTION … DISABLE before the writes are to move, and wait until its worker has"
                                        + " ended; or exclude its tables.")
                        .withObjects(found));
    }
}
