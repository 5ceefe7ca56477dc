package godwit.postgres.move;

import godwit.move.Side;
import godwit.schema.TableName;
import java.util.List;

/** The tables that a run's streams follow, by their publications. */
final class Followed {
    private static final String TABLES = """
            SELECT n.nspname, c.relname FROM pg_catalog.pg_publication p
            JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid
            JOIN pg_catalog.pg_class c ON c.oid = r.prrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE p.pubname = ?""";

    private final MoveContext context;

    Followed(MoveContext context) {
        this.context = context;
    }

    /** Whether the source's tables are followed already, and those of both sides are all taken by the selection. */
    boolean areTaken() {
        return areTaken(Side.SOURCE, false) && areTaken(Side.TARGET, true);
    }

    private boolean areTaken(Side side, boolean whenNone) {
        try (var session = context.openBriefly(side, "catalog")) {
            List<TableName> followed = session.query(
                    TABLES,
                    row -> TableName.of(row.getString(1), row.getString(2)),
                    context.publication(side).name());
            return followed.isEmpty() ? whenNone : followed.stream().allMatch(context.taken(session));
        }
    }
}
