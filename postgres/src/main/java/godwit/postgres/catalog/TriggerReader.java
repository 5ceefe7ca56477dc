package godwit.postgres.catalog;

import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.List;

/** Reads the triggers of tables and views that people made; never Godwit's own, nor those of constraints. */
final class TriggerReader implements KindReader {
    /** A partition has its parent's triggers as copies; only their states are their own. */
    private static final String TRIGGERS = """
            SELECT t.oid, t.tgname AS trigger, n.nspname AS schema, c.relname AS name, c.oid AS relation,
                   t.tgenabled AS enabled, t.tgparentid <> 0 AS copied, t.tgparentid AS parent,
                   pg_get_triggerdef(t.oid) AS definition
            FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
            LEFT JOIN pg_catalog.pg_trigger p ON p.oid = t.tgparentid
            WHERE fn.nspname <> 'godwit' AND c.relkind IN ('r', 'p', 'v')
              AND (NOT t.tgisinternal AND t.tgparentid = 0
                   OR (t.tgenabled <> 'O' OR p.tgenabled <> 'O')
                      AND NOT (fn.nspname = 'pg_catalog' AND f.proname ~ '^(RI_FKey_|unique_key_recheck)'))
              AND %s
            ORDER BY n.nspname, c.relname, t.tgname
            """.formatted(Catalog.USERS_SCHEMA);

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(TRIGGERS, row -> trigger(catalog, row));
    }

    private static Draft trigger(Catalog catalog, Row row) throws SQLException {
        var table = row.name();
        var name = new Identifier(row.text("trigger"));
        var address = new Address("pg_trigger", row.number("oid"));
        var identity = name.name() + " on " + table.plain();
        var draft = new Draft(address, "trigger", identity, SchemaPhase.AFTER_CATCH_UP)
                .partOf(new Address("pg_class", row.number("relation")), table)
                .drop("DROP TRIGGER IF EXISTS " + name.sql() + " ON " + table.sql());
        var change = "ALTER TABLE ONLY " + table.sql();
        if (row.flag("copied")) {
            return draft.needs(new Address("pg_trigger", row.number("parent")))
                    .create(change + state(row.text("enabled")) + " TRIGGER " + name.sql())
                    .drop("ALTER TABLE IF EXISTS ONLY " + table.sql() + " ENABLE TRIGGER USER");
        }
        draft.create(row.sql("definition"));
        if (!row.text("enabled").equals("O")) {
            draft.create(change + state(row.text("enabled")) + " TRIGGER " + name.sql());
        }
        return draft.comment(catalog, "TRIGGER " + name.sql() + " ON " + table.sql());
    }

    /** The words for a state of triggers and rules: by origin, always, as a replica only, or never. */
    static String state(String letter) {
        return switch (letter) {
            case "D" -> " DISABLE";
            case "R" -> " ENABLE REPLICA";
            case "A" -> " ENABLE ALWAYS";
            default -> " ENABLE";
        };
    }
}
