package godwit.postgres.verify;

import godwit.schema.Identifier;
import godwit.verify.KeyDifference;
import godwit.verify.KeyJson;
import godwit.verify.RowDifference;
import godwit.verify.RowDifference.Kind;
import java.util.List;

/** Tells people which rows of a table differ: their keys, and the columns of those that changed. */
final class Report {
    private final ChangedColumns columns;
    private final ComparedTable table;

    Report(Side leader, Side follower, TableSql sql) {
        this.columns = new ChangedColumns(leader, follower, sql);
        this.table = sql.table();
    }

    List<RowDifference> rows(List<KeyDifference> differences) {
        return table.hasKey()
                ? keyed(differences)
                : differences.stream().map(Report::copies).toList();
    }

    private List<RowDifference> keyed(List<KeyDifference> differences) {
        var names = table.key().stream().map(Identifier::name).toList();
        var types = names.stream().map(table.leader().types()::get).toList();
        var changed = columns.of(differences.stream()
                .filter(difference -> difference.kind() == Kind.CHANGED)
                .map(KeyDifference::key)
                .toList());
        return differences.stream()
                .map(difference -> new RowDifference(
                        difference.kind(),
                        KeyJson.of(names, types, difference.key()),
                        changed.getOrDefault(difference.key(), List.of())))
                .toList();
    }

    private static RowDifference copies(KeyDifference difference) {
        var key = KeyJson.ofCopies(difference.key(), difference.copies());
        return new RowDifference(difference.kindOfCopies(), key, List.of());
    }
}
