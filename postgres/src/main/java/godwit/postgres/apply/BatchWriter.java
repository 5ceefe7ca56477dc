package godwit.postgres.apply;

import godwit.Problem;
import godwit.move.KeyedChanges;
import godwit.move.KeylessChanges;
import godwit.move.Lsn;
import godwit.move.TableChanges;
import godwit.move.Tuple;
import godwit.postgres.Session;
import godwit.postgres.copy.RangeJoin;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
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
    private final RangeJoin join;
    private final RowStage stage;
    private final StreamProgress progress;
    private final OutsideRows outside;
    private final Map<TableName, Long> staged = new HashMap<>();
    private final Set<TableName> created = new HashSet<>();
    private int part;
    private long missing;
    private final AtomicLong missingRows;
    private boolean open;

    BatchWriter(Session session, boolean binary, StreamProgress progress, RangeJoin join) {
        this.join = join;
        this.session = session;
        this.stage = new RowStage(session, binary);
        this.progress = progress;
        this.outside = new OutsideRows(progress.run());
        this.missingRows = new AtomicLong(progress.missingRows(session));
        session.execute("SET temp_buffers = '32MB'");
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

    /** Empties tables as a transaction did: of those that were copied by ranges goes what was copied before it. */
    void truncateCopied(List<TargetTable> tables, long xid) {
        var whole = new ArrayList<TargetTable>();
        for (var table : tables) {
            join.rowsBefore(table.table(), xid)
                    .ifPresentOrElse(condition -> deleteWhere(table, condition), () -> whole.add(table));
        }
        if (!whole.isEmpty()) {
            truncate(whole);
        }
    }

    private void deleteWhere(TargetTable table, String condition) {
        begin();
        session.execute("DELETE FROM ONLY " + table.table().name().sql() + " WHERE " + condition);
    }

    /**
     * Empties tables, never more of them than the followed side did: CASCADE could reach tables that are not moved.
     *
     * <p>The log names leaves only, but a foreign key may belong to a partitioned table, which then has to be named too.
     */
    void truncate(List<TargetTable> tables) {
        begin();
        var whole = tables.stream()
                .filter(table -> !table.filter().deleteSelected(session))
                .toList();
        if (!whole.isEmpty()) {
            truncateWhole(whole);
        }
    }

    private void truncateWhole(List<TargetTable> tables) {
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
        progress.save(session, position, missing);
        join.save(session);
        session.commit();
        join.saved();
        open = false;
        missingRows.addAndGet(missing);
        missing = 0;
        created.clear();
    }

    /** Rows that changes were to replace and that were not there. */
    long missingRows() {
        return missingRows.get();
    }

    void forgetMissingRows(Session other) {
        progress.forgetMissingRows(other);
        missingRows.set(0);
    }

    /** Takes back all that was written since the last commit. */
    void rollback() {
        session.rollback();
        open = false;
        missing = 0;
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
        var waiting = changes.waiting();
        var bases = waiting.stream().map(KeyedChanges.Final::base).collect(Collectors.toSet());
        var gone = changes.replaced();
        var replaced = gone.isEmpty() ? 0 : stage.keys(table, gone, bases, part);
        var staged = waiting.isEmpty() ? 0 : stage.waiting(table, waiting, part);
        noteStaged(table, replaced + 2 * staged);
        writeWith(table, changes.complete(), new StagedPart.Net(table, part, replaced, 0, staged, 0));
    }

    private void writeKeyless(TargetTable table, KeylessChanges changes) {
        var removed = changes.removedCopies() > 0 ? stage.removedCopies(table, changes, part) : 0;
        noteStaged(table, removed);
        writeWith(table, changes.added(), new StagedPart.Net(table, part, 0, 0, 0, removed));
    }

    /** Complete rows go into the table itself, unless they have to be weighed first. */
    private void writeWith(TargetTable table, List<Tuple> complete, StagedPart.Net net) {
        if (table.filter().weighs()) {
            var added = complete.isEmpty() ? 0 : stage.added(table, complete, part);
            noteStaged(table, added);
            write(net.adding(added));
        } else {
            write(net);
            stage.complete(table, complete);
        }
    }

    /** Writes what is staged of a table, within the open transaction. */
    void write(StagedPart.Net net) {
        var table = net.table();
        remove(net);
        if (net.added() > 0) {
            session.execute(table.insertAdded(net.part()));
            table.noteOutside(session, outside, table.addedName(), net.part());
        }
        if (net.waiting() > 0) {
            table.filter().requireComplete();
            requireAll(table, net.waiting(), session.execute(table.insertStaged(net.part())));
            table.noteOutside(session, outside, table.rowsName(), net.part());
        }
    }

    private void remove(StagedPart.Net net) {
        var table = net.table();
        var isCounted = table.filter().requiresReplaced();
        if (net.replaced() > 0) {
            var found = net.waiting() > 0
                    ? session.number(table.deleteReplacedAndKeep(net.part()))
                    : session.execute(table.deleteReplaced(net.part()));
            missing += isCounted ? net.replaced() - found : 0;
        }
        if (net.removed() > 0) {
            var there = isCounted ? net.removed() : session.number(table.countStagedCopies(net.part()));
            requireAll(table, there, session.execute(table.deleteStagedCopies(net.part())));
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
