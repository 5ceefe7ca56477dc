package godwit.postgres.apply;

import godwit.Problem;
import godwit.move.KeyedChanges;
import godwit.move.KeylessChanges;
import godwit.move.Lsn;
import godwit.move.RowKey;
import godwit.move.TableChanges;
import godwit.move.Tuple;
import godwit.postgres.Session;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes net changes to one side, data and position in one transaction.
 *
 * <p>Every transaction begins with a logical message, by which the reader of this side's own log knows it for an echo
 * (PostgreSQL manual, pg_logical_emit_message). Constraints are deferred where they can be, because a batch may be cut
 * inside a source transaction.
 */
final class BatchWriter {
    private static final long STAGED_ROWS_MAX = 10_000;

    static final String ECHO = "godwit.apply";

    private static final String BEGIN = """
            SET CONSTRAINTS ALL DEFERRED;
            SELECT pg_catalog.pg_logical_emit_message(true, '%s', '%s')""";

    private static final String WHOLLY_TRUNCATED = """
            SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL (SELECT array_agg(p.relid::oid) AS leaves FROM pg_catalog.pg_partition_tree(c.oid) p
                                WHERE p.isleaf) tree
            WHERE c.relkind = 'p' AND tree.leaves <@ (?::text[])::pg_catalog.regclass[]::oid[]""";

    private final TouchedRows touched = new TouchedRows();
    private final Session session;
    private final boolean binary;
    private final StreamProgress progress;
    private final Map<TableName, Long> staged = new HashMap<>();
    private final Set<TableName> created = new HashSet<>();
    private int part;
    private boolean open;

    BatchWriter(Session session, boolean binary, StreamProgress progress) {
        this.session = session;
        this.binary = binary;
        this.progress = progress;
        session.execute("SET enable_seqscan = off");
        session.execute("SET enable_mergejoin = off");
    }

    /** Begins a transaction unless one is open. */
    void begin() {
        if (!open) {
            session.begin();
            session.execute(BEGIN.formatted(ECHO, progress.word()));
            open = true;
        }
    }

    void write(TargetTable table, TableChanges changes) {
        if (changes.isEmpty()) {
            return;
        }
        begin();
        prepare(table);
        switch (changes) {
            case KeyedChanges keyed -> writeKeyed(table, keyed);
            case KeylessChanges keyless -> writeKeyless(table, keyless);
        }
        touched.note(table, changes);
    }

    TouchedRows touched() {
        return touched;
    }

    /**
     * Empties tables, never more of them than the followed side did: CASCADE could reach tables that are not moved.
     *
     * <p>The log names leaves only, but a foreign key may belong to a partitioned table, which then has to be named too.
     */
    void truncate(List<TargetTable> tables) {
        begin();
        var leaves = tables.stream().map(t -> t.table().name().sql()).toList();
        var names = new ArrayList<String>();
        leaves.forEach(leaf -> names.add("ONLY " + leaf));
        names.addAll(session.query(
                WHOLLY_TRUNCATED,
                row -> TableName.of(row.getString(1), row.getString(2)).sql(),
                (Object) leaves.toArray(String[]::new)));
        session.execute("TRUNCATE " + String.join(", ", names));
    }

    /** Commits what was written, if anything, with the position up to which the source's commits are in. */
    void commit(Lsn position) {
        begin();
        progress.save(session, position);
        session.commit();
        open = false;
        created.clear();
    }

    /** Takes back all that was written since the last commit. */
    void rollback() {
        session.rollback();
        open = false;
        created.forEach(staged::remove);
        created.clear();
    }

    boolean isOpen() {
        return open;
    }

    /** Gives the changes a part of the stages of their own; stages that have grown are emptied first. */
    private void prepare(TargetTable table) {
        var name = table.table().name();
        if (!staged.containsKey(name)) {
            table.createTemporaryTables().forEach(session::execute);
            staged.put(name, 0L);
            created.add(name);
        } else if (staged.getOrDefault(name, 0L) > STAGED_ROWS_MAX) {
            session.execute("TRUNCATE " + String.join(", ", table.temporaryNames()));
            staged.put(name, 0L);
        }
        part++;
    }

    private void noteStaged(TargetTable table, long rows) {
        staged.merge(table.table().name(), rows, Long::sum);
    }

    private void writeKeyed(TargetTable table, KeyedChanges changes) {
        var waiting = changes.finals().stream().filter(f -> f.base() != null).toList();
        if (!changes.replaced().isEmpty()) {
            var bases = waiting.stream().map(KeyedChanges.Final::base).collect(Collectors.toSet());
            stageKeys(table, changes.replaced(), bases);
            session.execute(waiting.isEmpty() ? table.deleteReplaced(part) : table.deleteReplacedAndKeep(part));
        }
        var complete = changes.finals().stream()
                .filter(f -> f.base() == null)
                .map(KeyedChanges.Final::row)
                .toList();
        insert(table, complete);
        if (!waiting.isEmpty()) {
            stageWaiting(table, waiting);
            requireAll(table, waiting.size(), session.execute(table.insertStaged(part)));
        }
    }

    private void stageKeys(TargetTable table, Collection<RowKey> keys, Set<RowKey> wanted) {
        var yes = binary ? new byte[] {1} : new byte[] {'t'};
        var no = binary ? new byte[] {0} : new byte[] {'f'};
        try (var rows = new CopyRows(session, table.keysName(), binary)) {
            for (var key : keys) {
                rows.beginRow(key.width() + 2);
                for (var i = 0; i < key.width(); i++) {
                    rows.value(key.row(), i);
                }
                rows.value(wanted.contains(key) ? yes : no);
                rows.whole(part);
                rows.endRow();
            }
            noteStaged(table, rows.finish());
        }
    }

    private void insert(TargetTable table, List<Tuple> complete) {
        if (complete.isEmpty()) {
            return;
        }
        try (var rows = new CopyRows(session, table.copyTarget(), binary)) {
            for (var row : complete) {
                write(rows, row);
            }
            rows.finish();
        }
    }

    private static void write(CopyRows rows, Tuple row) {
        rows.beginRow(row.width());
        values(rows, row);
        rows.endRow();
    }

    private static void values(CopyRows rows, Tuple row) {
        for (var i = 0; i < row.width(); i++) {
            rows.value(row, i);
        }
    }

    private void stageWaiting(TargetTable table, List<KeyedChanges.Final> waiting) {
        try (var rows = new CopyRows(session, table.rowsName(), binary)) {
            for (var row : waiting) {
                writeWaiting(rows, row);
            }
            noteStaged(table, 2 * rows.finish());
        }
    }

    private void writeWaiting(CopyRows rows, KeyedChanges.Final waiting) {
        var row = waiting.row();
        var base = java.util.Objects.requireNonNull(waiting.base());
        rows.beginRow(row.width() + base.width() + 2);
        var unchanged = new StringBuilder(",");
        for (var i = 0; i < row.width(); i++) {
            rows.value(row, i);
            if (row.isUnchanged(i)) {
                unchanged.append(i).append(',');
            }
        }
        for (var i = 0; i < base.width(); i++) {
            rows.value(base.row(), i);
        }
        rows.text(unchanged.toString());
        rows.whole(part);
        rows.endRow();
    }

    private void writeKeyless(TargetTable table, KeylessChanges changes) {
        var removed = 0L;
        for (var count : changes.copies().values()) {
            removed += Math.max(0, -count);
        }
        if (removed > 0) {
            stageCopies(table, changes);
            requireAll(table, removed, session.execute(table.deleteStagedCopies(part)));
        }
        insertCopies(table, changes);
    }

    private void insertCopies(TargetTable table, KeylessChanges changes) {
        try (var rows = new CopyRows(session, table.copyTarget(), binary)) {
            changes.copies().forEach((row, count) -> {
                for (var copy = 0; copy < count; copy++) {
                    rows.beginRow(row.width());
                    values(rows, row.row());
                    rows.endRow();
                }
            });
            rows.finish();
        }
    }

    private void stageCopies(TargetTable table, KeylessChanges changes) {
        try (var rows = new CopyRows(session, table.rowsName(), binary)) {
            changes.copies().forEach((row, count) -> {
                for (var copy = 0; copy < -count; copy++) {
                    rows.beginRow(row.width() + 1);
                    values(rows, row.row());
                    rows.whole(part);
                    rows.endRow();
                }
            });
            noteStaged(table, rows.finish());
        }
    }

    private static void requireAll(TargetTable table, long expected, long found) {
        if (found != expected) {
            var name = table.table().name();
            throw Problem.of(
                            "row-missing",
                            "%d rows that the stream changes are missing in %s where it is applied."
                                    .formatted(expected - found, name),
                            "Somebody else changed that table; roll the run back, or repair it and start again.")
                    .withObjects(List.of(name.plain()))
                    .asException();
        }
    }
}
