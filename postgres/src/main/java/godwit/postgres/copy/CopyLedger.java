package godwit.postgres.copy;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.postgres.Session;
import godwit.schema.Table;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What the ledger says about the copies of one run's tables; written in sessions of the target. */
final class CopyLedger {
    private static final String NOTE = """
            INSERT INTO godwit.chunk (run, schema_name, table_name, number, rows, bytes)
            SELECT run, schema_name, table_name, ?, ?, ? FROM godwit.table_copy
            WHERE run = ? AND schema_name = ? AND table_name = ? AND snapshot = ? AND NOT done FOR SHARE
            ON CONFLICT DO NOTHING""";

    private static final String BEGIN = """
            INSERT INTO godwit.table_copy
              (run, schema_name, table_name, snapshot, filenode, rows_total, chunks_total)
            VALUES (?, ?, ?, ?, ?, ?, ?)""";

    /** Chunks are not flushed one by one: the server may have lost some since, and must have all of them now. */
    private static final String FINISH = """
            UPDATE godwit.table_copy t SET done = true
            WHERE run = ? AND schema_name = ? AND table_name = ? AND snapshot = ? AND chunks_total =
              (SELECT count(*) FROM godwit.chunk c
               WHERE c.run = t.run AND c.schema_name = t.schema_name AND c.table_name = t.table_name)""";

    private final UUID run;

    CopyLedger(UUID run) {
        this.run = run;
    }

    boolean isDone(Session target, Table table) {
        return target.is(
                "SELECT done FROM godwit.table_copy WHERE run = ? AND schema_name = ? AND table_name = ?",
                run,
                schema(table),
                name(table));
    }

    /** Empties the table and notes its snapshot: rows of an earlier attempt belong to another. */
    void begin(Session target, Table table, TableSnapshot snapshot, int chunks) {
        target.transaction(session -> {
            requireEmptyAtFirst(session, table);
            empty(session, table);
            forget(session, table);
            return begin(session, table, snapshot.attempt(), snapshot.filenode(), chunks);
        });
    }

    /** Empties the table and notes how its keys are cut. Returns the name of the attempt. */
    String begin(Session target, Table table, List<KeyRange> ranges) {
        var attempt = RangeLedger.newAttempt();
        return target.transaction(session -> {
            requireEmptyAtFirst(session, table);
            empty(session, table);
            forget(session, table);
            new RangeLedger(run).begin(session, table.name(), ranges);
            begin(session, table, attempt, 0, ranges.size());
            return attempt;
        });
    }

    /**
     * Rows that are there before the first attempt are somebody's: they came between the look at the target and its gate.
     *
     * @throws GodwitException target-table-not-empty
     */
    private void requireEmptyAtFirst(Session session, Table table) {
        var isFirst = session.is(
                "SELECT count(*) = 0 FROM godwit.table_copy WHERE run = ? AND schema_name = ? AND table_name = ?",
                run,
                schema(table),
                name(table));
        if (isFirst
                && session.is("SELECT EXISTS (SELECT FROM ONLY " + table.name().sql() + ")")) {
            throw Problem.of(
                            "target-table-not-empty",
                            "Somebody has written into the target's table %s before it was copied."
                                    .formatted(table.name()),
                            "Save these rows elsewhere and empty the table, which takes godwit rollback first; then start"
                                    + " again.")
                    .withObjects(List.of(table.name().plain()))
                    .asException();
        }
    }

    /** A prepared table may have foreign keys that point to it, which keep it from being truncated. */
    private static void empty(Session session, Table table) {
        var isReferenced = session.is(
                "SELECT count(*) > 0 FROM pg_catalog.pg_constraint WHERE contype = 'f' AND confrelid = ?::regclass",
                table.name().sql());
        session.execute((isReferenced ? "DELETE FROM ONLY " : "TRUNCATE ONLY ")
                + table.name().sql());
    }

    private long begin(Session session, Table table, String snapshot, long filenode, int chunks) {
        return session.execute(BEGIN, run, schema(table), name(table), snapshot, filenode, table.rows(), chunks);
    }

    /** The attempt to copy a table by ranges that was begun last, if that was the last attempt. */
    Optional<String> rangesBegun(Session target, Table table) {
        return target.first(
                        "SELECT snapshot FROM godwit.table_copy WHERE run = ? AND schema_name = ? AND table_name = ?",
                        row -> row.getString(1),
                        run,
                        schema(table),
                        name(table))
                .filter(RangeLedger::isByRange);
    }

    private void forget(Session session, Table table) {
        forget(session, "chunk", table);
        forget(session, "table_copy", table);
        new RangeLedger(run).forget(session, table.name());
    }

    private void forget(Session session, String what, Table table) {
        session.execute(
                "DELETE FROM godwit." + what + " WHERE run = ? AND schema_name = ? AND table_name = ?",
                run,
                schema(table),
                name(table));
    }

    /** Notes a chunk in the transaction that wrote its rows. @throws GodwitException copy-superseded */
    void note(Session target, Table table, String snapshot, CopiedPart chunk, long rows, long bytes) {
        requireOne(table, target.execute(NOTE, chunk.number(), rows, bytes, run, schema(table), name(table), snapshot));
    }

    /** Notes that a table is whole, and flushes that. @throws GodwitException copy-superseded */
    void finish(Session target, Table table, String snapshot) {
        target.transaction(session -> {
            session.execute("SET LOCAL synchronous_commit = on");
            requireOne(table, session.execute(FINISH, run, schema(table), name(table), snapshot));
            return true;
        });
    }

    /** Rows read under another snapshot than the ledger's belong to an attempt that was given up. */
    private static void requireOne(Table table, long noted) {
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

    private static String schema(Table table) {
        return table.name().schema().name();
    }

    private static String name(Table table) {
        return table.name().name().name();
    }
}
