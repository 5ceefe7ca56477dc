package godwit.postgres.copy;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.Lsn;
import godwit.move.RangeSnapshots;
import godwit.move.RowKey;
import godwit.move.Snapshot;
import godwit.move.Tuple;
import godwit.move.UnseenChanges;
import godwit.postgres.Database;
import godwit.postgres.Session;
import godwit.postgres.numbers.NumberedColumns;
import godwit.postgres.numbers.ObjectNumbers;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.io.ByteArrayOutputStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Joins a stream to the tables that were copied by ranges of their keys: says what of a change is not in the copy, and
 * reads rows again whose unchanged values have left the target with the key that they had.
 *
 * <p>For one stream alone; not for use by two threads at once.
 */
public final class RangeJoin implements AutoCloseable {
    /** A table with the snapshots of its ranges. */
    private record Joined(Table table, KeyPlace place, RangeSnapshots snapshots, UnseenChanges changes) {}

    private record Note(TableName table, RowKey key, Snapshot snapshot, Lsn position) {}

    private final RangeLedger ledger;
    private final Database followed;
    private final boolean binary;
    private final Map<TableName, Joined> tables = new HashMap<>();
    private final List<Note> unsaved = new ArrayList<>();
    private @Nullable Session session;

    private RangeJoin(RangeLedger ledger, Database followed, boolean binary) {
        this.ledger = ledger;
        this.followed = followed;
        this.binary = binary;
    }

    /** For a stream of tables none of which was copied by ranges, or that has passed the snapshots of all. */
    public static RangeJoin none(Database followed) {
        return new RangeJoin(new RangeLedger(new UUID(0, 0)), followed, true);
    }

    /** For a stream that may bring what the copies have already. */
    public static RangeJoin load(
            Session target, UUID run, Database followed, List<Table> tables, ObjectNumbers numbers) {
        var join = new RangeJoin(new RangeLedger(run), followed, tables.stream().allMatch(Table::isBinary));
        var copied = join.ledger.tables(target);
        tables.stream()
                .filter(table -> copied.contains(table.name()))
                .forEach(table -> join.add(target, table, numbers));
        return join;
    }

    private void add(Session target, Table table, ObjectNumbers numbers) {
        var place = KeyPlace.of(table, binary).orElseThrow(() -> changed(table));
        var snapshots = ledger.snapshots(target, table, place);
        var names = table.stored().stream().map(column -> column.name()).toList();
        var numbered = binary ? numbers.columnsOf(table) : NumberedColumns.NONE;
        var key = table.key().stream().mapToInt(names::indexOf).toArray();
        var changes = new UnseenChanges(snapshots, key, (row, xid) -> {
            var reading = read(table, place, row, xid);
            reading.row().ifPresent(numbered::translate);
            return reading;
        });
        tables.put(table.name(), new Joined(table, place, snapshots, changes));
    }

    private static GodwitException changed(Table table) {
        return Problem.of(
                        "source-schema-changed",
                        "The key of %s is not the one that it was copied by.".formatted(table.name()),
                        "Undo the change at the source or roll the run back and start it again.")
                .withObjects(List.of(table.name().plain()))
                .asException();
    }

    public boolean isEmpty() {
        return tables.isEmpty();
    }

    /** What of a table's changes is to be applied; null for a table that was copied under one snapshot. */
    public @Nullable UnseenChanges changesOf(Table table) {
        var joined = tables.get(table.name());
        return joined == null ? null : joined.changes();
    }

    /**
     * The condition for the rows that go when a transaction empties a table: those that its copies had before it. Empty
     * when all go.
     */
    public Optional<String> rowsBefore(Table table, long xid) {
        var joined = tables.get(table.name());
        if (joined == null || joined.snapshots().isUnseen(xid)) {
            return Optional.empty();
        }
        var place = joined.place();
        var going = Stream.concat(
                        joined.snapshots().unseen(xid).stream().map(place::condition),
                        joined.snapshots().unseenKeysOfSeenRanges(xid).stream().map(place::condition))
                .collect(Collectors.joining(") OR (", "((", "))"));
        var staying = joined.snapshots().seenKeysOfUnseenRanges(xid).stream()
                .map(place::condition)
                .collect(Collectors.joining(") OR (", "((", "))"));
        return Optional.of(
                (going.equals("(())") ? "false" : going) + (staying.equals("(())") ? "" : " AND NOT " + staying));
    }

    private UnseenChanges.Reading read(Table table, KeyPlace place, RowKey key, long xid) {
        if (session == null) {
            session = followed.open("read again");
        }
        var reading = visible(session, table, place.condition(key), xid);
        // A crash could take back what was seen and give its transaction numbers to others.
        var position = TableSnapshot.flushLog(session);
        unsaved.add(new Note(table.name(), key.alone(), reading.snapshot(), position));
        return reading;
    }

    /** The copy of the row's old key saw the transaction, so it is visible, though others of the log may not be yet. */
    private UnseenChanges.Reading visible(Session reader, Table table, String condition, long xid) {
        reader.begin();
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        reader.execute("LOCK TABLE ONLY " + table.name().sql() + " IN ACCESS SHARE MODE");
        var snapshot = Snapshot.parse(reader.text("SELECT pg_current_snapshot()::text"));
        if (!snapshot.sees(xid)) {
            throw new GodwitException(
                    Problem.of(
                            ObjectNumbers.NOT_VISIBLE,
                            "A commit that was copied is not visible.",
                            "It is tried again."),
                    Retry.LATER,
                    new IllegalStateException("commit not visible"));
        }
        var row = row(reader, table, condition);
        reader.rollback();
        return new UnseenChanges.Reading(snapshot, row);
    }

    private Optional<Tuple> row(Session reader, Table table, String condition) {
        var sql = "COPY (SELECT " + table.storedSql() + " FROM ONLY "
                + table.name().sql() + " WHERE " + condition + ") TO STDOUT (FORMAT " + (binary ? "binary" : "text")
                + ")";
        try {
            var copied = new ByteArrayOutputStream();
            reader.copy().copyOut(sql, copied);
            return binary ? CopiedRow.ofBinary(copied.toByteArray()) : CopiedRow.ofText(copied.toByteArray());
        } catch (SQLException | java.io.IOException e) {
            throw e instanceof SQLException sqlFailure ? reader.failed(sqlFailure) : new IllegalStateException(e);
        }
    }

    /** Saves, in the applying transaction, under which snapshots rows were read again. */
    public void save(Session applying) {
        unsaved.forEach(note -> ledger.noteAgain(applying, note.table(), note.key(), note.snapshot(), note.position()));
    }

    /** The applying transaction has committed. */
    public void saved() {
        unsaved.clear();
    }

    @Override
    public void close() {
        if (session != null) {
            session.abort();
        }
    }
}
