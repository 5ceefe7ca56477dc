package godwit.postgres.change;

import godwit.Problem;
import godwit.postgres.Session;
import godwit.schema.TableName;
import java.util.List;

/** An index that a migration names. */
final class NamedIndex {
    private static final String FOUND = """
            SELECT n.nspname, c.relname, EXISTS (SELECT FROM pg_catalog.pg_constraint k
                                                 WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
            FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE i.indexrelid = pg_catalog.to_regclass(?)""";

    private final Session session;
    private final TableName index;

    NamedIndex(Session session, TableName index) {
        this.session = session;
        this.index = index;
    }

    private record Found(TableName table, boolean ofConstraint) {}

    /** @throws godwit.GodwitException no-such-index, index-of-constraint */
    TableName table() {
        var found = session.first(
                        FOUND,
                        row -> new Found(TableName.of(row.getString(1), row.getString(2)), row.getBoolean(3)),
                        index.sql())
                .orElseThrow(() ->
                        problem("no-such-index", "There is no index %s.", "Look whether it has another name by now."));
        if (found.ofConstraint()) {
            throw problem(
                    "index-of-constraint",
                    "The index %s is a constraint's.",
                    "Use drop_constraint or drop_multicolumn_constraint.");
        }
        return found.table();
    }

    private RuntimeException problem(String code, String message, String hint) {
        return Problem.of(code, message.formatted(index.plain()), hint)
                .withObjects(List.of(index.plain()))
                .asException();
    }
}
