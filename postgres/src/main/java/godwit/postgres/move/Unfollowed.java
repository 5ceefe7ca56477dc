package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds tables that came after a side's publication was made, by a CREATE, a new partition, or another table under an
 * old name: nobody copied their rows, and no stream has them.
 */
final class Unfollowed {
    private static final int NAMED_MAX = 5;

    private static final String TABLES = """
            SELECT n.nspname, c.relname,
              CASE WHEN c.relispartition THEN pg_catalog.format('CREATE TABLE %I.%I PARTITION OF %s %s', n.nspname,
                c.relname, (SELECT i.inhparent::pg_catalog.regclass FROM pg_catalog.pg_inherits i
                            WHERE i.inhrelid = c.oid),
                pg_catalog.pg_get_expr(c.relpartbound, c.oid)) ELSE '' END
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname !~ '^pg_'
              AND n.nspname NOT IN ('information_schema', 'godwit')
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                              AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e')
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_publication_rel r
                              JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid
                              WHERE r.prrelid = c.oid AND p.pubname = ?)
            ORDER BY 1, 2""";

    private final MoveContext context;

    Unfollowed(MoveContext context) {
        this.context = context;
    }

    /**
     * A table that nobody follows.
     *
     * @param made how a partition would be made on the other side; empty for a table of its own
     */
    private record Found(TableName name, String made) {}

    /** Refuses to let the writes leave a side that has such a table. */
    void requireNone(Session session, Side from) {
        problem(session, from).ifPresent(problem -> {
            throw problem.asException();
        });
    }

    /** Why the writes cannot leave a side; empty when it has no such table. */
    Optional<Problem> problem(Session session, Side from) {
        var taken = context.taken(session);
        var found = session
                .query(
                        TABLES,
                        row -> new Found(TableName.of(row.getString(1), row.getString(2)), row.getString(3)),
                        context.publication(from).name())
                .stream()
                .filter(table -> taken.test(table.name()))
                .toList();
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(Problem.of(
                                "tables-not-followed",
                                "%d tables of the %s are newer than the move and would be left behind."
                                        .formatted(found.size(), from.word()),
                                from == Side.SOURCE
                                        ? "Drop or exclude them, or roll the run back and start it again."
                                        : wayBackHint(found))
                        .withObjects(found.stream()
                                .map(table -> table.name().plain())
                                .toList()));
    }

    private static String wayBackHint(List<Found> found) {
        var made = found.stream()
                .map(Found::made)
                .filter(ddl -> !ddl.isEmpty())
                .limit(NAMED_MAX)
                .collect(Collectors.joining("; "));
        return "What is written to them does not go back. Drop them; or make them on the source as well"
                + (made.isEmpty() ? "" : " (" + made + ")")
                + ", add them to exclude in the move file, start again, go back, and copy their rows by hand.";
    }
}
