package godwit.postgres.copy;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.postgres.RowLimit;
import godwit.postgres.Session;
import godwit.schema.Table;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/** Copies one chunk: its rows and its row in the ledger in one transaction of the target. */
final class ChunkCopy {
    private static final int BUFFER_BYTES = 256 * 1024;

    private static final String NOTE = """
            INSERT INTO godwit.chunk (run, schema_name, table_name, number, rows, bytes)
            SELECT run, schema_name, table_name, ?, ?, ? FROM godwit.table_copy
            WHERE run = ? AND schema_name = ? AND table_name = ? AND snapshot = ? AND NOT done FOR SHARE
            ON CONFLICT DO NOTHING""";

    private final UUID run;
    private final Table table;
    private final Optional<String> rows;
    private final RowLimit limit;
    private final AtomicLong live;

    /**
     * @param rows a condition in SQL by which rows are selected
     * @param live counts rows while they are copied, for people
     */
    ChunkCopy(UUID run, Table table, Optional<String> rows, RowLimit limit, AtomicLong live) {
        this.run = run;
        this.table = table;
        this.rows = rows;
        this.limit = limit;
        this.live = live;
    }

    /** Copies a chunk. @throws GodwitException table-rewritten when the table's rows moved to another file meanwhile */
    void copy(Session source, Session target, TableSnapshot snapshot, Chunk chunk) {
        source.begin();
        snapshot.importInto(source);
        source.execute("LOCK TABLE ONLY " + table.name().sql() + " IN ACCESS SHARE MODE");
        requireSameFile(source, snapshot);
        write(source, target, snapshot, chunk);
        source.rollback();
    }

    /**
     * Copies a chunk through the session that holds the snapshot and the table's lock: another session would wait behind
     * the TRUNCATE that waits for this one.
     */
    void copyThroughHolder(TableSnapshot holder, Session target, Chunk chunk) {
        write(holder.session(), target, holder, chunk);
    }

    private void write(Session source, Session target, TableSnapshot snapshot, Chunk chunk) {
        target.transaction(t -> {
            note(t, pipe(source, t, chunk), chunk, snapshot.snapshot());
            return true;
        });
    }

    /**
     * Copies a range of keys under a snapshot that is taken now. The lock comes first, so that the snapshot sees the rows
     * that the table's file has (PostgreSQL manual, LOCK). What the snapshot saw is flushed before the range counts: a
     * crash could otherwise take it back and give its transaction numbers to others.
     */
    void copyRange(Session source, Session target, KeyRange range, String attempt) {
        source.begin();
        source.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        source.execute("LOCK TABLE ONLY " + table.name().sql() + " IN ACCESS SHARE MODE");
        var snapshot = source.text("SELECT pg_current_snapshot()::text");
        target.transaction(t -> {
            var copied = pipe(source, t, range);
            source.rollback();
            var position = TableSnapshot.flushLog(source);
            note(t, copied, range, attempt);
            var isNoted = new RangeLedger(run).note(t, table.name(), range.number(), snapshot, position);
            requireNotSuperseded(isNoted ? 1 : 0);
            return true;
        });
    }

    private void note(Session target, Copied copied, CopiedPart part, String snapshot) {
        requireNotSuperseded(target.execute(
                NOTE,
                part.number(),
                copied.rows(),
                copied.bytes(),
                run,
                table.name().schema().name(),
                table.name().name().name(),
                snapshot));
    }

    /** Rows read under another snapshot than the ledger's belong to an attempt that was given up. */
    private void requireNotSuperseded(long noted) {
        if (noted != 1) {
            throw new GodwitException(
                    Problem.of(
                                    "copy-superseded",
                                    "The copy of %s has begun again elsewhere.".formatted(table.name()),
                                    "It goes on by itself.")
                            .withObjects(List.of(table.name().plain())),
                    Retry.LATER,
                    new IllegalStateException("copy-superseded"));
        }
    }

    private record Copied(long rows, long bytes) {}

    /** Under the lock the rows cannot move any more; read from another file they would be other pages' rows. */
    private void requireSameFile(Session source, TableSnapshot snapshot) {
        var now = source.number(
                "SELECT pg_relation_filenode(?::regclass)", table.name().sql());
        if (now != snapshot.filenode()) {
            throw new GodwitException(
                    Problem.of(
                                    "table-rewritten",
                                    "%s was truncated or rewritten while it was copied.".formatted(table.name()),
                                    "Its copy begins again by itself.")
                            .withObjects(List.of(table.name().plain())),
                    Retry.LATER,
                    new IllegalStateException("table-rewritten"));
        }
    }

    private Copied pipe(Session source, Session target, CopiedPart chunk) {
        var format = " (FORMAT " + (table.isBinary() ? "binary" : "text") + ")";
        try {
            var out = source.copy().copyOut("COPY " + reading(chunk) + " TO STDOUT" + format);
            var in = target.copy()
                    .copyIn("COPY " + table.name().sql() + " (" + table.storedSql() + ") FROM STDIN" + format);
            return whole(out, in, source);
        } catch (SQLException e) {
            throw target.failed(e);
        }
    }

    /** A session cannot be used for anything else while a COPY goes on: one that failed half way is ended. */
    private Copied whole(CopyOut out, CopyIn in, Session source) throws SQLException {
        try {
            return pump(out, in);
        } catch (OutOfMemoryError e) {
            source.abort();
            cancel(in);
            throw RowLimit.unfit(table.name().plain(), e);
        } catch (GodwitException e) {
            source.abort();
            cancel(in);
            throw e;
        }
    }

    private static void cancel(CopyIn in) throws SQLException {
        if (in.isActive()) {
            in.cancelCopy();
        }
    }

    private String reading(CopiedPart chunk) {
        if (chunk.isWholeTable() && rows.isEmpty()) {
            return table.name().sql() + " (" + table.storedSql() + ")";
        }
        var where = rows.map(condition -> " AND (" + condition + ")").orElse("");
        return "(SELECT " + table.storedSql() + " FROM ONLY " + table.name().sql() + " WHERE " + chunk.condition()
                + where + ")";
    }

    private Copied pump(CopyOut out, CopyIn in) throws SQLException {
        var buffer = new byte[BUFFER_BYTES];
        var filled = 0;
        long bytes = 0;
        long counted = 0;
        for (var row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
            limit.require(table.name(), row.length);
            if (filled + row.length > buffer.length) {
                in.writeToCopy(buffer, 0, filled);
                filled = 0;
                live.addAndGet(counted);
                counted = 0;
            }
            if (row.length > buffer.length) {
                in.writeToCopy(row, 0, row.length);
            } else {
                System.arraycopy(row, 0, buffer, filled, row.length);
                filled += row.length;
            }
            bytes += row.length;
            counted++;
        }
        in.writeToCopy(buffer, 0, filled);
        live.addAndGet(counted);
        return new Copied(in.endCopy(), bytes);
    }
}
