package godwit.postgres.move;

import godwit.Problem;
import godwit.postgres.Session;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds columns of the target's moved tables that the move does not know, so that their values do not go back. */
final class AddedColumns {
    private static final String COLUMNS = """
            SELECT n.nspname, c.relname, a.attname FROM pg_catalog.pg_publication p
            JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid
            JOIN pg_catalog.pg_class c ON c.oid = r.prrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
            WHERE p.pubname = ? AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            ORDER BY 1, 2, a.attnum""";

    private final String publication;
    private final Map<TableName, Table> known;

    /** @param known the tables as the streams of this worker bring them */
    AddedColumns(String publication, List<Table> known) {
        this.publication = publication;
        this.known = known.stream().collect(Collectors.toMap(Table::name, Function.identity()));
    }

    private record Found(TableName table, String column) {
        String object() {
            return "column " + table.plain() + "." + column;
        }
    }

    /** Why the writes cannot leave the target; empty when it has no such column. */
    Optional<Problem> problem(Session target) {
        var added = target
                .query(
                        COLUMNS,
                        row -> new Found(TableName.of(row.getString(1), row.getString(2)), row.getString(3)),
                        publication)
                .stream()
                .filter(this::isUnknown)
                .map(Found::object)
                .toList();
        return added.isEmpty() ? Optional.empty() : Optional.of(problem(added));
    }

    private boolean isUnknown(Found found) {
        var table = known.get(found.table());
        return table != null && table.column(found.column()).isEmpty();
    }

    private static Problem problem(List<String> added) {
        return Problem.of(
                        "target-schema-changed",
                        "Columns that the target got after it had the writes would be left behind: %s."
                                .formatted(Named.first(added)),
                        "Drop them before you go back; or make them on the source as well, start again, bring their"
                                + " values with godwit repair, and end the run with godwit rollback; or complete the"
                                + " move.")
                .withObjects(added);
    }
}
