package godwit.postgres.change;

import godwit.GodwitException;
import godwit.change.plan.Step;
import godwit.postgres.Session;
import godwit.schema.TableName;
import java.util.Optional;

/** An index that is built while its table is written: the catalog says whether it is there, whatever happened before. */
final class ConcurrentIndex {
    private final Session session;
    private final Step.Concurrently step;

    ConcurrentIndex(Session session, Step.Concurrently step) {
        this.session = session;
        this.step = step;
    }

    private Optional<Boolean> isValid() {
        return session.first(
                "SELECT indisvalid FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass(?)",
                row -> row.getBoolean(1),
                name());
    }

    private String name() {
        return new TableName(step.table().schema(), step.index()).sql();
    }

    void build() {
        var there = isValid();
        if (there.isPresent() && there.get()) {
            return;
        }
        there.ifPresent(invalid -> drop());
        // It waits for transactions that began before it, holding nothing that clients want.
        session.execute("SET lock_timeout = 0");
        try {
            session.execute(step.statement());
        } catch (GodwitException e) {
            if (!session.hasEnded()) {
                drop();
            }
            throw e;
        }
    }

    /** Cancels the builds that go on in the database for changes; each takes its invalid index away. */
    static void cancelAll(Session session) {
        session.query(
                "SELECT pg_catalog.pg_cancel_backend(pid) FROM pg_catalog.pg_stat_activity"
                        + " WHERE datname = current_database() AND pid <> pg_catalog.pg_backend_pid()"
                        + " AND application_name = 'godwit change' AND query ~ '^CREATE (UNIQUE )?INDEX CONCURRENTLY'",
                row -> row.getBoolean(1));
    }

    private void drop() {
        session.execute("DROP INDEX CONCURRENTLY IF EXISTS " + name());
    }
}
