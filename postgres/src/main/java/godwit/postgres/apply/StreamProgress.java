package godwit.postgres.apply;

import godwit.move.Lsn;
import godwit.postgres.Session;
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
              saved_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (run, stream))""";

    String word() {
        return run + " " + stream;
    }

    /** Saves a position inside the session's transaction. */
    public void save(Session session, Lsn position) {
        session.execute(
                """
                INSERT INTO godwit.progress AS p (run, stream, position) VALUES (?, ?, ?::pg_lsn)
                ON CONFLICT (run, stream) DO UPDATE SET position = excluded.position, saved_at = now()""",
                run,
                stream,
                position.toString());
    }

    public Optional<Lsn> read(Session session) {
        return session.first(
                "SELECT position::text FROM godwit.progress WHERE run = ? AND stream = ?",
                row -> Lsn.parse(row.getString(1)),
                run,
                stream);
    }
}
