package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.schema.TableName;

/**
 * Finds tables that came after a side's publication was made, by a CREATE, a new partition, or another table under an
 * old name: nobody copied their rows, and no stream has them.
 */
final class Unfollowed {
    private static final String TABLES = """
            SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
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

    /** Refuses to let the writes leave a side that has such a table. */
    void requireNone(Session session, Side from) {
        var found = session
                .query(
                        TABLES,
                        row -> TableName.of(row.getString(1), row.getString(2)),
                        context.publication(from).name())
                .stream()
                .filter(context.taken(session))
                .map(TableName::plain)
                .toList();
        if (!found.isEmpty()) {
            throw Problem.of(
                            "tables-not-followed",
                            "%d tables of the %s are newer than the move and would be left behind."
                                    .formatted(found.size(), from.word()),
                            "Drop or exclude them, or roll the run back and start it again.")
                    .withObjects(found)
                    .asException();
        }
    }
}
