package godwit.postgres.change;

import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import java.util.UUID;

/** Which version sessions get that begin from now on: what the database has as its default path. */
final class DefaultVersion {
    private static final String NOW = """
            SELECT (SELECT substr(c, 13) FROM pg_catalog.unnest(s.setconfig) AS c WHERE c LIKE 'search_path=%')
            FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
            WHERE d.datname = current_database() AND s.setrole = 0""";

    private static final String USUAL = "\"$user\", public";

    private final Session session;
    private final UUID run;

    DefaultVersion(Session session, UUID run) {
        this.session = session;
        this.run = run;
    }

    /** Puts a version in front of what there was, which is kept. */
    void set(Identifier version) {
        var before = new SqlText(session.text(NOW));
        session.transaction(s -> {
            new ChangeLedger(s).keepDefault(run, before.sql());
            var behind = before.sql().isEmpty() ? new SqlText(USUAL) : before;
            return s.execute(alter() + " SET search_path = " + version.sql() + ", " + behind);
        });
    }

    /** Brings back what there was, if anything was put before it. */
    void reset() {
        new ChangeLedger(session)
                .defaultBefore(run)
                .ifPresent(kept -> session.transaction(s -> {
                    var before = new SqlText(kept);
                    s.execute(
                            alter() + (before.sql().isEmpty() ? " RESET search_path" : " SET search_path = " + before));
                    new ChangeLedger(s).keepDefault(run, null);
                    return true;
                }));
    }

    private String alter() {
        return "ALTER DATABASE " + new Identifier(session.text("SELECT current_database()")).sql();
    }
}
