package godwit.postgres.change;

import godwit.postgres.Session;
import godwit.postgres.change.RowWalk.Range;
import godwit.schema.TableName;
import java.sql.Array;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How far one backfill of a run is: the place behind all ranges that were given out, and those that have not ended. */
final class BackfillLedger {
    private final UUID run;
    private final int number;

    /** @param number of the step that is the backfill */
    BackfillLedger(UUID run, int number) {
        this.run = run;
        this.number = number;
    }

    void begin(Session session, TableName table) {
        session.execute(
                "INSERT INTO godwit.backfill (run, number, rows_total) SELECT ?, ?, greatest(reltuples, 0)"
                        + " FROM pg_catalog.pg_class WHERE oid = ?::regclass ON CONFLICT DO NOTHING",
                run,
                number,
                table.sql());
    }

    /** Goes to the table's begin for what was passed by; the count goes on. */
    void again(Session session) {
        session.execute("UPDATE godwit.backfill SET last_key = NULL WHERE run = ? AND number = ?", run, number);
    }

    Optional<List<String>> place(Session session) {
        return session.first(
                "SELECT last_key FROM godwit.backfill WHERE run = ? AND number = ? AND last_key IS NOT NULL",
                row -> texts(row.getArray(1)),
                run,
                number);
    }

    List<Range> unended(Session session) {
        return session.query(
                "SELECT from_key, to_key FROM godwit.backfill_range WHERE run = ? AND number = ? ORDER BY to_key",
                row -> new Range(
                        Optional.ofNullable(row.getArray(1)).map(BackfillLedger::given), texts(row.getArray(2))),
                run,
                number);
    }

    private static List<String> given(Array array) {
        try {
            return texts(array);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> texts(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }

    /** Notes that somebody works on a range, in the caller's transaction. */
    void give(Session within, Range range) {
        within.execute(
                "INSERT INTO godwit.backfill_range (run, number, from_key, to_key) VALUES (?, ?, ?, ?)",
                run,
                number,
                array(range.from()),
                range.to().toArray(String[]::new));
        within.execute(
                "UPDATE godwit.backfill SET last_key = ? WHERE run = ? AND number = ?",
                range.to().toArray(String[]::new),
                run,
                number);
    }

    private static String @Nullable [] array(Optional<List<String>> place) {
        return place.map(at -> at.toArray(String[]::new)).orElse(null);
    }

    /** Notes that a range is filled, in the transaction of its rows. */
    void end(Session within, Range range, long rows) {
        within.execute(
                "DELETE FROM godwit.backfill_range WHERE run = ? AND number = ? AND to_key = ?::text[]",
                run,
                number,
                range.to().toArray(String[]::new));
        within.execute("UPDATE godwit.backfill SET rows = rows + ? WHERE run = ? AND number = ?", rows, run, number);
    }
}
