package godwit.postgres.change;

import godwit.change.plan.Catalog;
import godwit.file.Json;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What the ledger says about changes: which were made of a schema, and how far one is. */
public final class ChangeLedger {
    private static final String COLUMNS =
            "SELECT id, schema_name, name, version_schema, kind, file, text, completed_at IS NOT NULL FROM godwit.migration ";

    private final Session session;

    ChangeLedger(Session session) {
        this.session = session;
    }

    /** A migration that a schema has had or is having. */
    record Made(
            UUID id,
            Identifier schema,
            String name,
            String versionSchema,
            String kind,
            String file,
            String text,
            boolean completed) {}

    private static Made made(ResultSet row) throws SQLException {
        return new Made(
                row.getObject(1, UUID.class),
                new Identifier(row.getString(2)),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getBoolean(8));
    }

    boolean exists() {
        return session.is("SELECT pg_catalog.to_regclass('godwit.migration') IS NOT NULL");
    }

    Optional<Made> find(Identifier schema, String name) {
        return exists()
                ? session.first(COLUMNS + "WHERE schema_name = ? AND name = ?", ChangeLedger::made, schema.name(), name)
                : Optional.empty();
    }

    Optional<Made> underWay(Identifier schema) {
        return exists()
                ? session.first(
                        COLUMNS + "WHERE schema_name = ? AND completed_at IS NULL", ChangeLedger::made, schema.name())
                : Optional.empty();
    }

    void add(Made made) {
        session.execute(
                "INSERT INTO godwit.migration (id, schema_name, name, version_schema, kind, file, text, completed_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, CASE WHEN ? THEN clock_timestamp() END)",
                made.id(),
                made.schema().name(),
                made.name(),
                made.versionSchema(),
                made.kind(),
                made.file(),
                made.text(),
                made.completed());
    }

    /** Notes a migration whose operations were carried out with those of a later one. */
    void addDone(Identifier schema, String kind, Pending.Part part) {
        var name = part.migration().name().name();
        var text = part.text();
        add(new Made(UUID.randomUUID(), schema, name, "", kind, text.path(), text.text(), true));
    }

    /** The names of all that a schema has had, a baseline among them. */
    List<String> completed(Identifier schema) {
        return exists()
                ? session.query(
                        "SELECT name FROM godwit.migration WHERE schema_name = ? AND completed_at IS NOT NULL",
                        row -> row.getString(1),
                        schema.name())
                : List.of();
    }

    /** The version before, where its schema is still there. */
    Optional<Catalog.Version> version(Identifier schema, String without) {
        return versions(schema, without).stream()
                .findFirst()
                .map(found -> new Catalog.Version(
                        found,
                        session.query(
                                "SELECT relname FROM pg_catalog.pg_class WHERE relkind = 'v'"
                                        + " AND relnamespace = ?::regnamespace ORDER BY relname",
                                row -> new Identifier(row.getString(1)),
                                found.sql())));
    }

    /** The schemas of all versions that are there, the newest first. */
    List<Identifier> versions(Identifier schema, String without) {
        return exists()
                ? session.query(
                        "SELECT m.version_schema FROM godwit.migration m"
                                + " JOIN pg_catalog.pg_namespace n ON n.nspname = m.version_schema"
                                + " WHERE m.schema_name = ? AND m.version_schema <> ? ORDER BY m.begun_at DESC",
                        row -> new Identifier(row.getString(1)),
                        schema.name(),
                        without)
                : List.of();
    }

    /** Takes away the views of a version whose tables were not known when it was planned. */
    void dropViews(Identifier version) {
        session.query(
                        "SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                + " WHERE n.nspname = ? AND c.relkind = 'v'",
                        row -> new Identifier(row.getString(1)),
                        version.name())
                .forEach(view -> session.execute("DROP VIEW IF EXISTS " + version.sql() + "." + view.sql()));
    }

    /** @param text what the history has of it from now on */
    void complete(UUID run, String text) {
        session.execute(
                "UPDATE godwit.migration SET completed_at = clock_timestamp(), text = ? WHERE id = ?", text, run);
    }

    /** Forgets a change as if it had never been, in the caller's transaction. */
    void forget(UUID run) {
        session.execute("DELETE FROM godwit.change_step WHERE run = ?", run);
        session.execute("DELETE FROM godwit.backfill WHERE run = ?", run);
        session.execute("DELETE FROM godwit.backfill_range WHERE run = ?", run);
        session.execute("DELETE FROM godwit.migration WHERE id = ?", run);
    }

    boolean isDone(UUID run, String part, int number) {
        return session.is(
                "SELECT count(*) > 0 FROM godwit.change_step WHERE run = ? AND part = ? AND number = ?",
                run,
                part,
                number);
    }

    long steps(UUID run, String part) {
        return session.number("SELECT count(*) FROM godwit.change_step WHERE run = ? AND part = ?", run, part);
    }

    static void done(Session within, UUID run, String part, int number, String name) {
        within.execute(
                "INSERT INTO godwit.change_step (run, part, number, name) VALUES (?, ?, ?, ?)",
                run,
                part,
                number,
                name);
    }

    void keep(UUID run, KeptPlan plan) {
        session.execute("UPDATE godwit.migration SET plan = ? WHERE id = ?", plan.write(), run);
    }

    /** The steps that the change began with. */
    Optional<KeptPlan> plan(UUID run) {
        return session.first(
                "SELECT plan FROM godwit.migration WHERE id = ? AND plan IS NOT NULL",
                row -> KeptPlan.read(row.getString(1)),
                run);
    }

    /** Has whoever works on the change take it back. */
    void refuse(UUID run) {
        session.execute("UPDATE godwit.migration SET unwanted = true WHERE id = ?", run);
    }

    boolean isUnwanted(UUID run) {
        return session.is("SELECT unwanted FROM godwit.migration WHERE id = ?", run);
    }

    /** The default paths that the database, by the empty name, and roles had before; empty text for none. */
    Map<String, String> defaults(UUID run) {
        var all = new LinkedHashMap<String, String>();
        session.first(
                        "SELECT default_before FROM godwit.migration WHERE id = ? AND default_before IS NOT NULL",
                        row -> row.getString(1),
                        run)
                .ifPresent(json -> Json.read(json).forEach((whose, path) -> all.put(whose, String.valueOf(path))));
        return all;
    }

    void keepDefaults(UUID run, Map<String, String> before) {
        session.execute("UPDATE godwit.migration SET default_before = ? WHERE id = ?", Json.write(before), run);
    }

    /** Rows filled so far, and how many there are about. */
    record Filled(long rows, long total) {}

    Filled filled(UUID run) {
        return session.first(
                        "SELECT coalesce(sum(rows), 0), coalesce(sum(rows_total), 0) FROM godwit.backfill WHERE run = ?",
                        row -> new Filled(row.getLong(1), row.getLong(2)),
                        run)
                .orElse(new Filled(0, 0));
    }
}
