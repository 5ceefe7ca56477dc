package godwit.postgres.apply;

import godwit.move.KeyedChanges;
import godwit.move.KeylessChanges;
import godwit.move.RowKey;
import godwit.move.Tuple;
import godwit.postgres.Session;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Writes rows through COPY: into a table itself, or into the temporary tables from which statements take them. */
final class RowStage {
    private final Session session;
    private final boolean binary;

    RowStage(Session session, boolean binary) {
        this.session = session;
        this.binary = binary;
    }

    /** Stages the keys of rows that go; those that are wanted are kept for what an unchanged value refers to. */
    long keys(TargetTable table, Collection<RowKey> keys, Set<RowKey> wanted, int part) {
        var yes = binary ? new byte[] {1} : new byte[] {'t'};
        var no = binary ? new byte[] {0} : new byte[] {'f'};
        try (var rows = into(table.keysName())) {
            for (var key : keys) {
                rows.beginRow(key.width() + 2);
                values(rows, key.row());
                rows.value(wanted.contains(key) ? yes : no);
                rows.whole(part);
                rows.endRow();
            }
            return rows.finish();
        }
    }

    /** Adds complete rows to the table itself. */
    void complete(TargetTable table, List<Tuple> complete) {
        if (complete.isEmpty()) {
            return;
        }
        try (var rows = into(table.copyTarget())) {
            for (var row : complete) {
                rows.beginRow(row.width());
                values(rows, row);
                rows.endRow();
            }
            rows.finish();
        }
    }

    /** Stages complete rows that come later. */
    long added(TargetTable table, List<Tuple> complete, int part) {
        try (var rows = into(table.addedName())) {
            for (var row : complete) {
                staged(rows, row, part);
            }
            return rows.finish();
        }
    }

    /** Stages rows that lack values which only the table has. */
    long waiting(TargetTable table, List<KeyedChanges.Final> waiting, int part) {
        try (var rows = into(table.rowsName())) {
            for (var row : waiting) {
                waiting(rows, row, part);
            }
            return rows.finish();
        }
    }

    private static void waiting(CopyRows rows, KeyedChanges.Final waiting, int part) {
        var row = waiting.row();
        var base = Objects.requireNonNull(waiting.base());
        rows.beginRow(row.width() + base.width() + 2);
        values(rows, row);
        values(rows, base.row());
        var unchanged = new StringBuilder(",");
        for (var i = 0; i < row.width(); i++) {
            if (row.isUnchanged(i)) {
                unchanged.append(i).append(',');
            }
        }
        rows.text(unchanged.toString());
        rows.whole(part);
        rows.endRow();
    }

    /** Stages each copy of a keyless row that goes. */
    long removedCopies(TargetTable table, KeylessChanges changes, int part) {
        try (var rows = into(table.rowsName())) {
            changes.copies().forEach((row, count) -> {
                for (var copy = 0; copy < -count; copy++) {
                    staged(rows, row.row(), part);
                }
            });
            return rows.finish();
        }
    }

    private static void staged(CopyRows rows, Tuple row, int part) {
        rows.beginRow(row.width() + 1);
        values(rows, row);
        rows.whole(part);
        rows.endRow();
    }

    private CopyRows into(String table) {
        return new CopyRows(session, table, binary);
    }

    private static void values(CopyRows rows, Tuple row) {
        for (var i = 0; i < row.width(); i++) {
            rows.value(row, i);
        }
    }
}
