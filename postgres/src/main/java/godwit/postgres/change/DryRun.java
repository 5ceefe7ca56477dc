package godwit.postgres.change;

import godwit.GodwitException;
import godwit.Problem;
import godwit.change.plan.Forecast;
import godwit.change.plan.Lock;
import godwit.change.plan.Plan;
import godwit.change.plan.Step;
import godwit.postgres.Session;
import godwit.postgres.catalog.SchemaSelection;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Runs statements on a shadow database, in a transaction each, and sees what they lock, write anew and change; or a whole plan. */
final class DryRun {
    /** What the statements say themselves; other failures may come of the shadow having no rows. */
    private static final String WRONG = "(42|25001|0A).*";

    /** The tables that were there, each with the file that holds its rows. */
    private static final String FILES = """
            SELECT c.oid::bigint, n.nspname, c.relname, pg_catalog.pg_relation_filenode(c.oid)::bigint
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'""";

    private static final String LOCKS = """
            SELECT relation::bigint, mode FROM pg_catalog.pg_locks
            WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted""";

    private final Session session;
    private final String path;

    /** @param path where names in people's SQL are looked for */
    DryRun(Session session, String path) {
        this.session = session;
        this.path = path;
    }

    private record File(TableName table, long number) {}

    private record Held(Lock lock, List<TableName> tables) {}

    /**
     * Carries out a whole change: its start, and then its end.
     *
     * @throws GodwitException change-would-fail, no-forecast
     */
    void change(Plan plan) {
        try {
            session.execute("CREATE SCHEMA IF NOT EXISTS godwit");
        } catch (GodwitException e) {
            throw ShadowDatabase.missing("the schema godwit cannot be made (%s)"
                    .formatted(e.problem().code()));
        }
        plan.start().forEach(this::step);
        plan.complete().forEach(this::step);
    }

    private void step(Step step) {
        try {
            if (step instanceof Step.Concurrently) {
                step.sql().forEach(session::execute);
            } else {
                run(step.sql());
            }
        } catch (GodwitException e) {
            if (step instanceof Step.Statements) {
                throw ShadowDatabase.missing("its statements need rows");
            }
            throw Problem.of(
                            "change-would-fail",
                            "The step %s fails on a shadow of the database: %s"
                                    .formatted(step.name(), e.problem().message()),
                            "Correct the migration; where the shadow is wrong, start with --untried. Nothing has been changed.")
                    .asException(e);
        }
    }

    /** Runs statements of a plan, which are known to be right. */
    void run(List<String> statements) {
        session.transaction(s -> {
            prepare(s);
            statements.forEach(s::execute);
            return true;
        });
    }

    private void prepare(Session within) {
        within.text("SELECT set_config('search_path', ?, true)", path);
    }

    /** @throws GodwitException sql-invalid, no-forecast */
    Forecast forecast(SqlText statements) {
        var shape = shape();
        var before = files(session);
        var held = run(statements, before);
        var after = files(session);
        var rewritten = before.entrySet().stream()
                .filter(one -> after.containsKey(one.getKey())
                        && Objects.requireNonNull(after.get(one.getKey())).number()
                                != one.getValue().number())
                .map(one -> one.getValue().table())
                .toList();
        return new Forecast(
                held.lock(), held.tables(), rewritten, SchemaDrift.differences(shape, shape()), Optional.empty());
    }

    private Held run(SqlText statements, Map<Long, File> before) {
        try {
            return session.transaction(s -> {
                prepare(s);
                s.execute(statements.sql());
                return held(s, before);
            });
        } catch (GodwitException e) {
            if (e.getCause() instanceof SQLException cause
                    && cause.getSQLState() != null
                    && cause.getSQLState().matches(WRONG)) {
                throw Problem.of(
                                "sql-invalid",
                                "The server cannot run the statements of sql: %s"
                                        .formatted(e.problem().message()),
                                "Correct them in the migration's file; nothing has been changed.")
                        .asException(e);
            }
            throw ShadowDatabase.missing("they failed on a database without rows (%s)"
                    .formatted(e.problem().code()));
        }
    }

    private static Held held(Session within, Map<Long, File> before) {
        var strongest = Lock.NONE;
        var tables = new ArrayList<TableName>();
        for (var each : within.query(LOCKS, row -> Map.entry(row.getLong(1), lock(row.getString(2))))) {
            var file = before.get(each.getKey());
            if (file != null) {
                strongest = each.getValue().compareTo(strongest) > 0 ? each.getValue() : strongest;
                if (each.getValue().compareTo(Lock.SHARE) >= 0 && !tables.contains(file.table())) {
                    tables.add(file.table());
                }
            }
        }
        return new Held(strongest, tables);
    }

    /** {@code AccessExclusiveLock} is ACCESS_EXCLUSIVE. */
    private static Lock lock(String mode) {
        return Lock.valueOf(mode.replaceFirst("Lock$", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                .toUpperCase(Locale.ROOT));
    }

    private static Map<Long, File> files(Session within) {
        var all = new LinkedHashMap<Long, File>();
        within.query(
                        FILES,
                        row -> Map.entry(
                                row.getLong(1),
                                new File(TableName.of(row.getString(2), row.getString(3)), row.getLong(4))))
                .forEach(entry -> all.put(entry.getKey(), entry.getValue()));
        return all;
    }

    private Map<String, String> shape() {
        return SchemaDrift.read(session, new SchemaSelection(table -> true));
    }
}
