package godwit.postgres.verify;

import godwit.Problem;
import godwit.schema.Column;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Carries row images of one table from the leader's snapshot into the follower.
 *
 * <p>COPY writes identity columns as they come, as OVERRIDING SYSTEM VALUE does (PostgreSQL manual, COPY), and leaves
 * generated columns to the server.
 */
final class RowCopy {
    private final ReadSession leader;
    private final Connection follower;
    private final ComparedTable table;
    private final ObjectNames objects;

    RowCopy(ReadSession leader, Connection follower, TableSql sql) {
        this.leader = leader;
        this.follower = follower;
        this.table = sql.table();
        this.objects = sql.objects();
    }

    /** The columns that are carried, of {@code r}. */
    String columns() {
        return table.repairable().stream()
                .map(column ->
                        objects.carried(column.name(), "r." + column.name().sql()))
                .collect(Collectors.joining(", "));
    }

    /**
     * Copies what a query over {@code r} returns.
     *
     * @param expected the rows that must come
     */
    void insert(String query, long expected) throws SQLException {
        var format = table.isBinary() ? "binary" : "text";
        var from = "COPY (%s) TO STDOUT (FORMAT %s)".formatted(query, format);
        var list = names().isEmpty() ? "" : "(" + String.join(", ", names()) + ")";
        var into = "COPY %s %s FROM STDIN (FORMAT %s)"
                .formatted(table.table().name().sql(), list, format);
        var target = follower.unwrap(PGConnection.class).getCopyAPI().copyIn(into);
        try {
            // Not repeated when cancelled: part of the rows may have been carried already.
            leader.read(session -> pump(session, from, target), () -> true);
            var inserted = target.endCopy();
            if (inserted != expected) {
                throw incomplete(inserted, expected);
            }
        } finally {
            if (target.isActive()) {
                target.cancelCopy();
            }
        }
    }

    private long pump(Connection session, String from, CopyIn target) throws SQLException {
        var source = session.unwrap(PGConnection.class).getCopyAPI().copyOut(from);
        try {
            for (var image = source.readFromCopy(); image != null; image = source.readFromCopy()) {
                target.writeToCopy(image, 0, image.length);
            }
        } finally {
            // Until it ends the session takes no other statement.
            if (source.isActive()) {
                source.cancelCopy();
            }
        }
        RewriteGuard.check(session, table.table().name());
        return source.getHandledRowCount();
    }

    private List<String> names() {
        return table.repairable().stream()
                .map(Column::name)
                .map(name -> name.sql())
                .toList();
    }

    private RuntimeException incomplete(long inserted, long expected) {
        var name = table.table().name().plain();
        var message = "repairing %s brought %d rows where %d were expected".formatted(name, inserted, expected);
        return Problem.of("repair-incomplete", message, "Nothing was changed. Verify again, then repair again.")
                .withObjects(List.of(name))
                .asException();
    }
}
