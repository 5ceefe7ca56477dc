package godwit.postgres.change;

import godwit.GodwitException;
import godwit.Problem;
import godwit.change.plan.Step;
import godwit.postgres.Database;
import godwit.postgres.Session;
import godwit.postgres.Together;
import godwit.postgres.change.RowWalk.Range;
import godwit.run.throttle.RowRate;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Fills what the rows of a table want, range by range, by several sessions at once. Each range's end is in the ledger with its
 * rows, and who goes on after a kill begins with the ranges that were not ended.
 *
 * <p>A row may have its key changed while others are filled and so be passed by, which is looked for at the end.
 */
final class Backfilling {
    private static final long RANGE_NANOS_WANTED = 150_000_000;
    private static final int PARAMETER_RIGHTS_SINCE = 150_000;
    private static final int ROWS_MIN = 100;
    private static final int ROWS_AT_FIRST = 2_000;
    private static final int ROWS_MAX = 50_000;
    private static final int ROUNDS_MAX = 10;

    /** Where rows are held to a rate, small ranges often are felt less than large ones with long rests. */
    private static final int RANGES_PER_SECOND = 20;

    /** The classes of codes about values, and about constraints. */
    private static final Set<String> ROW_REFUSED = Set.of("22", "23");

    private final Database database;
    private final BackfillLedger ledger;
    private final Step.Backfill step;
    private final String path;
    private final ChangeConduct conduct;
    private final Consumer<Session> requireWanted;
    private final RowRate rate = new RowRate();
    private final Deque<Range> left = new ArrayDeque<>();
    private final int rowsMax;
    private int rows;
    private boolean isOver;

    /** @param requireWanted throws where the rest is not wanted any more; called before each range, outside a transaction */
    Backfilling(
            Database database,
            UUID run,
            int number,
            Step.Backfill step,
            String path,
            ChangeConduct conduct,
            Consumer<Session> requireWanted) {
        this.database = database;
        this.ledger = new BackfillLedger(run, number);
        this.step = step;
        this.path = path;
        this.conduct = conduct;
        this.requireWanted = requireWanted;
        rate.limit(conduct.rowsPerSecondMax(), conduct.pace().nanos());
        this.rowsMax = conduct.rowsPerSecondMax() == 0
                ? ROWS_MAX
                : Math.clamp(conduct.rowsPerSecondMax() / RANGES_PER_SECOND, ROWS_MIN, ROWS_MAX);
        this.rows = Math.min(ROWS_AT_FIRST, rowsMax);
    }

    /** @param session where the end is looked at */
    void fill(Session session) {
        ledger.begin(session, step.table());
        for (var round = 1; round <= ROUNDS_MAX; round++) {
            walk(session);
            if (!wanting(session)) {
                return;
            }
            ledger.again(session);
        }
    }

    private boolean wanting(Session session) {
        return session.transaction(s -> {
            prepare(s);
            s.execute("SELECT set_config('godwit.wanting', (SELECT EXISTS (SELECT FROM ONLY " + table() + " WHERE "
                    + step.condition() + "))::text, true)");
            return s.is("SELECT current_setting('godwit.wanting')::boolean");
        });
    }

    private String table() {
        return step.table().sql() + " AS " + step.table().name().sql();
    }

    private void prepare(Session within) {
        within.text("SELECT set_config('search_path', ?, true)", path);
        within.execute("SET LOCAL lock_timeout = '5s'");
    }

    private void walk(Session session) {
        var walk = RowWalk.of(session, step.table(), step.key());
        left.clear();
        left.addAll(ledger.unended(session));
        isOver = false;
        Together.all(IntStream.range(0, conduct.workers())
                .<Runnable>mapToObj(any -> () -> work(walk))
                .toList());
    }

    private void work(RowWalk walk) {
        try (var session = database.open("backfill")) {
            session.text("SELECT set_config('godwit.backfill', 'on', false)");
            if (mayPassTriggers(session)) {
                session.text("SELECT set_config('session_replication_role', 'replica', false)");
            }
            for (var range = next(session, walk); range.isPresent(); range = next(session, walk)) {
                fill(session, walk, range.get());
            }
        } catch (RuntimeException e) {
            end();
            throw e;
        }
    }

    /** Whether people's triggers, which are about what clients write, can be left alone while a column is filled. */
    static boolean mayPassTriggers(Session session) {
        return session.is("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user")
                || (session.number("SELECT current_setting('server_version_num')::bigint") >= PARAMETER_RIGHTS_SINCE
                        && session.is("SELECT pg_catalog.has_parameter_privilege('session_replication_role', 'SET')"));
    }

    /** What one session fails with is the end of all. */
    private synchronized void end() {
        left.clear();
        isOver = true;
    }

    /** Gives out ranges one behind the other; each is in the ledger before anybody works on it. */
    private synchronized Optional<Range> next(Session session, RowWalk walk) {
        requireWanted.accept(session);
        if (isOver || !left.isEmpty()) {
            return Optional.ofNullable(left.poll());
        }
        var range = session.transaction(s -> {
            prepare(s);
            var next = walk.after(s, ledger.place(s), rows);
            next.ifPresent(found -> ledger.give(s, found));
            return next;
        });
        isOver = range.isEmpty();
        return range;
    }

    private void fill(Session session, RowWalk walk, Range range) {
        var began = System.nanoTime();
        // Without parameters: people's SQL may have question marks of its own.
        var filled = session.transaction(s -> {
            prepare(s);
            var updated = update(
                    s,
                    "UPDATE ONLY " + table() + " SET " + String.join(", ", step.assignments()) + " WHERE "
                            + walk.condition(range) + " AND (" + step.condition() + ")");
            ledger.end(s, range, updated);
            return updated;
        });
        took(Math.max(1, System.nanoTime() - began));
        conduct.pace().pause(rest(filled));
    }

    /** What a row's own values are the reason for is no defect of the database. */
    private long update(Session session, String sql) {
        try {
            return session.execute(sql);
        } catch (GodwitException e) {
            if (e.getCause() instanceof SQLException cause && ROW_REFUSED.contains(stateClass(cause))) {
                throw Problem.of(
                                "row-not-fillable",
                                "A row of %s cannot be filled. %s"
                                        .formatted(
                                                step.table().plain(),
                                                e.problem().message()),
                                "Mend up, or the rows: those that break a check which is NOT VALID cannot be written at all.")
                        .withObjects(e.problem().objects())
                        .asException(e);
            }
            throw e;
        }
    }

    private static String stateClass(SQLException cause) {
        return cause.getSQLState() == null ? "" : cause.getSQLState().substring(0, 2);
    }

    private synchronized void took(long nanos) {
        rows = (int) Math.clamp(rows * Math.clamp((double) RANGE_NANOS_WANTED / nanos, 0.5, 2), ROWS_MIN, rowsMax);
    }

    private synchronized Duration rest(long filled) {
        return Duration.ofNanos(rate.waitNanos(filled, conduct.pace().nanos()));
    }
}
