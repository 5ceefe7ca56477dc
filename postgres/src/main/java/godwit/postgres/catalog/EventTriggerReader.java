package godwit.postgres.catalog;

import godwit.postgres.catalog.SchemaObject.Maker;
import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.List;

/** Reads event triggers, but Godwit's own. */
final class EventTriggerReader implements KindReader {
    private static final String TRIGGERS = """
            SELECT e.oid, e.evtname AS name, e.evtevent AS event, pg_get_userbyid(e.evtowner) AS owner,
                   e.evtenabled AS enabled, e.evtfoid::regproc::text AS function,
                   (SELECT string_agg(quote_literal(tag), ', ') FROM unnest(e.evttags) tag) AS tags
            FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_proc f ON f.oid = e.evtfoid
            JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
            WHERE e.evtname !~ '^godwit' AND n.nspname <> 'godwit' ORDER BY e.evtname
            """;

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(TRIGGERS, row -> trigger(catalog, row));
    }

    private static Draft trigger(Catalog catalog, Row row) throws SQLException {
        var name = new Identifier(row.text("name"));
        var object = "EVENT TRIGGER " + name.sql();
        var tags =
                row.sqlIfAny("tags").map(list -> " WHEN TAG IN (" + list + ")").orElse("");
        var address = new Address("pg_event_trigger", row.number("oid"));
        var draft = new Draft(address, "event trigger", name.name(), SchemaPhase.AFTER_CATCH_UP)
                .create("CREATE " + object + " ON " + row.sql("event") + tags + " EXECUTE FUNCTION "
                        + row.sql("function") + "()")
                .drop("DROP EVENT TRIGGER IF EXISTS " + name.sql())
                .owner(object, row.text("owner"))
                .maker(Maker.SUPERUSER_OR_NOBODY);
        if (!row.text("enabled").equals("O")) {
            draft.create("ALTER " + object + TriggerReader.state(row.text("enabled")));
        }
        return draft.comment(catalog, object);
    }
}
