package godwit.postgres.copy;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.postgres.Session;
import godwit.schema.Table;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/** Copies one chunk: its rows and its row in the ledger in one transaction of the target. */
final class ChunkCopy {
    private static final int ROWS_COUNTED = 256;
    private static final int BUFFER_BYTES = 256 * 1024;

    private static final String NOTE = """
            INSERT INTO godwit.chunk (run, schema_name, table_name, number, rows, bytes)
            SELECT run, schema_name, table_name, ?, ?, ? FROM godwit.table_copy
            WHERE run = ? AND schema_name = ? AND table_name = ? AND snapshot = ? AND NOT done FOR SHARE""";

    private final UUID run;
    private final Table table;
    private final Optional<String> rows;
    private final long rowBytesMax;
    private final Passing live;

    /**
     * @param rows a condition in SQL by which rows are selected
     * @param live told of rows while they are copied
     */
    ChunkCopy(UUID run, Table table, Optional<String> rows, long rowBytesMax, Passing live) {
        this.run = run;
        this.table = table;
        this.rows = rows;
        this.rowBytesMax = rowBytesMax;
        this.live = live;
    }

    /** Copies a chunk. @throws GodwitException table-rewritten when the table's rows moved to another file meanwhile */
    void copy(Session source, Session target, TableSnapshot snapshot, Chunk chunk) {
        source.begin();
        try {
            snapshot.importInto(source);
            source.execute("LOCK TABLE ONLY " + table.name().sql() + " IN ACCESS SHARE MODE");
            requireSameFile(source, snapshot);
            write(source, target, snapshot, chunk);
        } finally {
            source.rollback();
        }
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
            var copied = pipe(source, t, chunk);
            requireNotSuperseded(t.execute(
                    NOTE,
                    chunk.number(),
                    copied.rows(),
                    copied.bytes(),
                    run,
                    table.name().schema().name(),
                    table.name().name().name(),
                    snapshot.snapshot()));
            return true;
        });
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

    private Copied pipe(Session source, Session target, Chunk chunk) {
        var format = " (FORMAT " + (table.isBinary() ? "binary" : "text") + ")";
        try {
            var out = source.copy().copyOut("COPY " + reading(chunk) + " TO STDOUT" + format);
            var in = target.copy()
                    .copyIn("COPY " + table.name().sql() + " (" + table.storedSql() + ") FROM STDIN" + format);
            return pump(out, in);
        } catch (SQLException e) {
            throw target.failed(e);
        }
    }

    private String reading(Chunk chunk) {
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
            requireWithinLimit(row.length);
            if (filled + row.length > buffer.length) {
                in.writeToCopy(buffer, 0, filled);
                filled = 0;
            }
            if (row.length > buffer.length) {
                in.writeToCopy(row, 0, row.length);
            } else {
                System.arraycopy(row, 0, buffer, filled, row.length);
                filled += row.length;
            }
            bytes += row.length;
            if (++counted == ROWS_COUNTED) {
                live.passed(counted);
                counted = 0;
            }
        }
        in.writeToCopy(buffer, 0, filled);
        live.passed(counted);
        return new Copied(in.endCopy(), bytes);
    }

    private void requireWithinLimit(int length) {
        if (length > rowBytesMax) {
            throw Problem.of(
                            "row-too-large",
                            "%s has a row of %d bytes, more than rowBytesMax (%d)."
                                    .formatted(table.name(), length, rowBytesMax),
                            "Raise limits.rowBytesMax, and the memory with GODWIT_JAVA_OPTS.")
                    .withObjects(List.of(table.name().plain()))
                    .asException();
        }
    }
}
