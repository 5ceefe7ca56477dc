package godwit.postgres.copy;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.postgres.RowLimit;
import godwit.postgres.Session;
import godwit.postgres.numbers.NumberedColumns;
import godwit.postgres.numbers.NumberedRows;
import godwit.schema.Table;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOperation;
import org.postgresql.copy.CopyOut;

/** Copies one chunk: its rows and its row in the ledger in one transaction of the target. */
final class ChunkCopy {
    private static final int ROWS_COUNTED = 256;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final CopyLedger ledger;
    private final Table table;
    private final NumberedColumns numbered;
    private final RowLimit limit;
    private final Passing live;

    /**
     * @param numbered its columns whose values hold numbers of objects
     * @param live told of rows while they are copied
     */
    ChunkCopy(CopyLedger ledger, Table table, NumberedColumns numbered, RowLimit limit, Passing live) {
        this.ledger = ledger;
        this.table = table;
        this.numbered = numbered;
        this.limit = limit;
        this.live = live;
    }

    /** Copies a chunk. @throws GodwitException table-rewritten when the table's rows moved to another file meanwhile */
    void copy(Session source, Session target, TableSnapshot snapshot, Chunk chunk) {
        source.begin();
        snapshot.importInto(source);
        source.execute("LOCK TABLE ONLY " + table.name().sql() + " IN ACCESS SHARE MODE");
        requireSameFile(source, snapshot);
        // Before the chunk counts: what fails later is not read again.
        write(source, target, snapshot, chunk, source::rollback);
    }

    /**
     * Copies a chunk through the session that holds the snapshot and the table's lock: another session would wait behind
     * the TRUNCATE that waits for this one.
     */
    void copyThroughHolder(TableSnapshot holder, Session target, Chunk chunk) {
        write(holder.session(), target, holder, chunk, () -> {});
    }

    private void write(Session source, Session target, TableSnapshot snapshot, Chunk chunk, Runnable whenRead) {
        target.transaction(t -> {
            var copied = pipe(source, t, chunk);
            ledger.note(t, table, snapshot.attempt(), chunk, copied.rows(), copied.bytes());
            whenRead.run();
            return true;
        });
    }

    /**
     * Copies a range of keys under a snapshot that is taken now. The lock comes first, so that the snapshot sees the rows
     * that the table's file has (PostgreSQL manual, LOCK). What the snapshot saw is flushed before the range counts: a
     * crash could otherwise take it back and give its transaction numbers to others.
     */
    void copyRange(CopyLanes.Lane lane, KeyRange range, String attempt, RangeLedger ranges) {
        var source = lane.source();
        source.begin();
        source.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        source.execute("LOCK TABLE ONLY " + table.name().sql() + " IN ACCESS SHARE MODE");
        var snapshot = source.text("SELECT pg_current_snapshot()::text");
        lane.target().transaction(t -> {
            var copied = pipe(source, t, range);
            source.rollback();
            var position = TableSnapshot.flushLog(source);
            ledger.note(t, table, attempt, range, copied.rows(), copied.bytes());
            ranges.note(t, table.name(), range.number(), snapshot, position);
            return true;
        });
    }

    /** Hears of rows while they are copied, and may make the copy wait. */
    interface Passing {
        void passed(long rows);
    }

    private record Copied(long rows, long bytes) {}

    /** Under the lock the rows cannot move any more; read from another file they would be other pages' rows. */
    private void requireSameFile(Session source, TableSnapshot snapshot) {
        var now = source.number(
                "SELECT pg_relation_filenode(?::regclass)", table.name().sql());
        if (now != snapshot.filenode()) {
            throw rewritten(table);
        }
    }

    /** A table has to be copied anew from its beginning. */
    static GodwitException rewritten(Table table) {
        return new GodwitException(
                Problem.of(
                                "table-rewritten",
                                "%s was truncated, rewritten or locked while it was copied.".formatted(table.name()),
                                "Its copy begins again by itself.")
                        .withObjects(List.of(table.name().plain())),
                Retry.LATER,
                new IllegalStateException("table-rewritten"));
    }

    private Copied pipe(Session source, Session target, CopiedPart chunk) {
        var format = " (FORMAT " + (table.isBinary() ? "binary" : "text") + ")";
        var out = begun(source, "COPY " + reading(chunk) + " TO STDOUT" + format, CopyOut.class);
        try {
            var into = "COPY " + table.name().sql() + " (" + table.storedSql() + ") FROM STDIN" + format;
            return pump(new CopyFrames(source, out), target, begun(target, into, CopyIn.class));
        } catch (RuntimeException e) {
            // A session is good for nothing else while a COPY goes on, and the driver would wait for its end for ever.
            source.abort();
            target.abort();
            throw e;
        }
    }

    private static <T extends CopyOperation> T begun(Session session, String sql, Class<T> kind) {
        var copy = session.copy();
        try {
            return kind.cast(kind == CopyIn.class ? copy.copyIn(sql) : copy.copyOut(sql));
        } catch (SQLException e) {
            throw session.failed(e);
        }
    }

    private String reading(CopiedPart chunk) {
        var rows = table.selection();
        if (chunk.isWholeTable() && rows.isAll()) {
            return table.name().sql() + " (" + table.storedSql() + ")";
        }
        var where = rows.isAll() ? "" : " AND " + rows.sql();
        return "(SELECT " + table.storedSql() + " FROM ONLY " + table.name().sql() + " WHERE " + chunk.condition()
                + where + ")";
    }

    private interface Written {
        void take(byte[] buffer, int filled);
    }

    /** Where pieces of the copy go; only a binary one has numbers of objects. */
    private Written into(Session target, CopyIn in) {
        if (!table.isBinary() || numbered.isEmpty()) {
            return (buffer, filled) -> write(target, in, buffer, 0, filled);
        }
        return new NumberedRows(numbered, (buffer, offset, length) -> write(target, in, buffer, offset, length))::pass;
    }

    private Copied pump(CopyFrames out, Session target, CopyIn in) {
        var into = into(target, in);
        var buffer = new byte[BUFFER_BYTES];
        var filled = 0;
        long bytes = 0;
        long counted = 0;
        for (var frame = out.next(); frame >= 0; frame = out.next()) {
            limit.require(table.name(), frame);
            for (var left = frame; left > 0; ) {
                var piece = (int) Math.min(left, buffer.length - filled);
                out.read(buffer, filled, piece);
                filled += piece;
                left -= piece;
                if (filled == buffer.length) {
                    into.take(buffer, filled);
                    filled = 0;
                }
            }
            bytes += frame;
            if (++counted == ROWS_COUNTED) {
                live.passed(counted);
                counted = 0;
            }
        }
        into.take(buffer, filled);
        live.passed(counted);
        return new Copied(ended(target, in), bytes);
    }

    private static void write(Session target, CopyIn in, byte[] buffer, int offset, int length) {
        try {
            in.writeToCopy(buffer, offset, length);
        } catch (SQLException e) {
            throw target.failed(e);
        }
    }

    private static long ended(Session target, CopyIn in) {
        try {
            return in.endCopy();
        } catch (SQLException e) {
            throw target.failed(e);
        }
    }
}
