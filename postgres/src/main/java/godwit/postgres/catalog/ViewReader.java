package godwit.postgres.catalog;

import godwit.postgres.catalog.ColumnReader.ReadColumn;
import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Reads views and materialised views. */
final class ViewReader implements KindReader {
    private static final String VIEWS = """
            SELECT c.oid, n.nspname AS schema, c.relname AS name, pg_get_userbyid(c.relowner) AS owner,
                   c.relkind = 'm' AS materialised, c.relispopulated AS populated, am.amname AS method,
                   ts.spcname AS tablespace, rtrim(pg_get_viewdef(c.oid), ';') AS definition,
                   (SELECT string_agg(quote_ident(option_name) || ' = ' || quote_literal(option_value), ', ')
                    FROM pg_catalog.pg_options_to_table(c.reloptions)) AS options,
                   (SELECT string_agg('NULL::' || format_type(a.atttypid, a.atttypmod)
                                      || CASE WHEN a.attcollation <> t.typcollation
                                              THEN ' COLLATE ' || a.attcollation::regcollation::text ELSE '' END
                                      || ' AS ' || quote_ident(a.attname), ', ' ORDER BY a.attnum)
                    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
                    WHERE a.attrelid = c.oid AND a.attnum > 0) AS shape
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
            LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = c.reltablespace
            WHERE c.relkind IN ('v', 'm') AND c.relpersistence <> 't' AND %s
            ORDER BY n.nspname, c.relname
            """.formatted(Catalog.USERS_SCHEMA);

    private final Map<Long, List<ReadColumn>> columns;

    ViewReader(Map<Long, List<ReadColumn>> columns) {
        this.columns = columns;
    }

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(VIEWS, row -> row.flag("materialised") ? materialised(catalog, row) : view(catalog, row));
    }

    private Draft view(Catalog catalog, Row row) throws SQLException {
        var name = row.name();
        var object = "VIEW " + name.sql();
        var stub = object + " AS SELECT " + row.sqlIfAny("shape").orElse("");
        var draft = new Draft(address(row), "view", name.plain(), SchemaPhase.BEFORE_DATA)
                .create("CREATE OR REPLACE " + object + options(row) + " AS\n" + row.sql("definition"))
                .stub("CREATE " + stub, "CREATE OR REPLACE " + stub)
                .drop("DROP VIEW IF EXISTS " + name.sql());
        return decorated(catalog, row, draft, object);
    }

    private Draft materialised(Catalog catalog, Row row) throws SQLException {
        var name = row.name();
        var object = "MATERIALIZED VIEW " + name.sql();
        var method = row.maybe("method")
                .map(value -> " USING " + new Identifier(value).sql())
                .orElse("");
        var tablespace = row.maybe("tablespace");
        var place = tablespace
                .map(value -> " TABLESPACE " + new Identifier(value).sql())
                .orElse("");
        var draft = new Draft(address(row), "materialized view", name.plain(), SchemaPhase.BEFORE_DATA)
                .create("CREATE " + object + method + options(row) + place + " AS\n" + row.sql("definition")
                        + "\n  WITH NO DATA")
                .drop("DROP MATERIALIZED VIEW IF EXISTS " + name.sql());
        tablespace.ifPresent(draft::tablespace);
        if (row.flag("populated")) {
            draft.refresh("REFRESH " + object);
        }
        return decorated(catalog, row, draft, object);
    }

    private Draft decorated(Catalog catalog, Row row, Draft draft, String object) throws SQLException {
        var own = columns.getOrDefault(row.number("oid"), List.of());
        draft.owner(object, row.text("owner"));
        own.forEach(column -> column.settings().forEach(draft::create));
        draft.comment(catalog, object).grants(catalog, "TABLE " + row.name().sql());
        ColumnReader.decorate(catalog, draft, row.name(), own);
        return draft;
    }

    private static Address address(Row row) throws SQLException {
        return new Address("pg_class", row.number("oid"));
    }

    private static String options(Row row) throws SQLException {
        return row.sqlIfAny("options").map(options -> " WITH (" + options + ")").orElse("");
    }
}
