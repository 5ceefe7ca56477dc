package godwit.postgres.apply;

import godwit.move.Lsn;
import godwit.postgres.Session;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * How far one stream has been applied, kept in the database that it is applied to.
 *
 * @param run the run
 * @param stream {@code forward} or {@code backward}
 */
public record StreamProgress(UUID run, String stream) {
    public static final String TABLE = """
            CREATE TABLE IF NOT EXISTS godwit.progress (
              run uuid NOT NULL, stream text NOT NULL, position pg_lsn NOT NULL,
              saved_at timestamptz NOT NULL DEFAULT now(), missing_rows bigint NOT NULL DEFAULT 0,
              whole_until pg_lsn NOT NULL DEFAULT '0/0', foreign_seen bigint NOT NULL DEFAULT 0, PRIMARY KEY (run, stream))""";

    /** What the table of an older Godwit lacks; asked for first, because the statement locks the table. */
    private static final String UPGRADE =
            "ALTER TABLE godwit.progress ADD COLUMN IF NOT EXISTS foreign_seen bigint NOT NULL DEFAULT 0";

    private static final String IS_OLD = """
            SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_attribute
              WHERE attrelid = 'godwit.progress'::regclass AND attname = 'foreign_seen')""";

    /** What the first message of each applying transaction holds. */
    String word() {
        return run + " " + stream;
    }

    /** Whether a transaction that begins with this word was applied by the same run, in whichever direction. */
    boolean isOwn(String content) {
        return content.startsWith(run.toString());
    }

    /** Saves a position inside the session's transaction. */
    public void save(Session session, Lsn position) {
        save(session, position, 0);
    }

    /** Saves a position, and counts rows that a change was to replace and that were not there. */
    void save(Session session, Lsn position, long missing) {
        session.execute("""
                INSERT INTO godwit.progress AS p (run, stream, position, missing_rows) VALUES (?, ?, ?::pg_lsn, ?)
                ON CONFLICT (run, stream) DO UPDATE SET position = excluded.position, saved_at = now(),
                  missing_rows = p.missing_rows + excluded.missing_rows""", run, stream, position.toString(), missing);
    }

    /** Rows that changes were to replace and that were not there, since somebody last proved both sides equal. */
    public long missingRows(Session session) {
        return session.number("SELECT missing_rows FROM godwit.progress WHERE run = ? AND stream = ?", run, stream);
    }

    /** Both sides were proven equal at a person's wish: what was missing before is mended. */
    public void forgetMissingRows(Session session) {
        session.execute("UPDATE godwit.progress SET missing_rows = 0 WHERE run = ? AND stream = ?", run, stream);
    }

    /** Transactions on the side without the writes that were not Godwit's, since both sides were last proven equal. */
    long foreignSeen(Session session) {
        return session.first(
                        "SELECT foreign_seen FROM godwit.progress WHERE run = ? AND stream = ?",
                        row -> row.getLong(1),
                        run,
                        stream)
                .orElse(0L);
    }

    /** Counts a transaction that was not Godwit's, before the server is told that it was read. */
    void countForeign(Session session) {
        session.execute(
                "UPDATE godwit.progress SET foreign_seen = foreign_seen + 1 WHERE run = ? AND stream = ?", run, stream);
    }

    /** Both sides were proven equal: so many were seen before that was begun. */
    void forgetForeign(Session session, long seen) {
        session.execute(
                "UPDATE godwit.progress SET foreign_seen = greatest(0, foreign_seen - ?) WHERE run = ? AND stream = ?",
                seen,
                run,
                stream);
    }

    /** Notes that transactions are to be sent whole, not in blocks, until this position is behind. */
    void wantWholeUntil(Session session, Lsn position) {
        session.execute(
                "UPDATE godwit.progress SET whole_until = ?::pg_lsn WHERE run = ? AND stream = ?",
                position.toString(),
                run,
                stream);
    }

    /** Whether transactions are to be sent whole for now. */
    public boolean wantsWhole(Session session) {
        return session.is(
                "SELECT position < whole_until FROM godwit.progress WHERE run = ? AND stream = ?", run, stream);
    }

    /**
     * Makes this session the only one that applies the stream until it ends, and reads the position.
     *
     * <p>A worker that was killed may leave a session behind whose commit is still under way, for instance because it
     * waits for a standby: the position is not to be read before that has ended.
     *
     * @throws godwit.GodwitException after the session's lock_timeout; to be tried again
     */
    public Optional<Lsn> claim(Session session) {
        session.number("SELECT 1 FROM pg_advisory_lock(?)", key());
        if (session.is(IS_OLD)) {
            session.execute(UPGRADE);
        }
        return read(session);
    }

    private long key() {
        return UUID.nameUUIDFromBytes(word().getBytes(StandardCharsets.UTF_8)).getMostSignificantBits();
    }

    public Optional<Lsn> read(Session session) {
        return session.first(
                "SELECT position::text FROM godwit.progress WHERE run = ? AND stream = ?",
                row -> Lsn.parse(row.getString(1)),
                run,
                stream);
    }
}
