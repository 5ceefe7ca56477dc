package godwit.postgres.catalog;

import godwit.postgres.catalog.ColumnReader.ReadColumn;
import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads tables, ordinary and partitioned: with their columns, but without defaults, constraints and indexes. */
final class RelationReader implements KindReader {
    private static final String TABLES = """
            SELECT c.oid, n.nspname AS schema, c.relname AS name, pg_get_userbyid(c.relowner) AS owner,
                   c.relpersistence = 'u' AS unlogged, am.amname AS method, ts.spcname AS tablespace,
                   CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of,
                   c.relispartition AS partition, pg_get_partkeydef(c.oid) AS "partitionKey",
                   pg_get_expr(c.relpartbound, c.oid) AS bound, c.relreplident AS identity,
                   concat_ws(', ', (SELECT string_agg(quote_ident(option_name) || ' = '
                                                      || quote_literal(option_value), ', ')
                                    FROM pg_catalog.pg_options_to_table(c.reloptions)),
                                   (SELECT string_agg('toast.' || quote_ident(option_name) || ' = '
                                                      || quote_literal(option_value), ', ')
                                    FROM pg_catalog.pg_options_to_table(toast.reloptions))) AS options,
                   ARRAY(SELECT quote_ident(pn.nspname) || '.' || quote_ident(p.relname)
                         FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
                         JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
                         WHERE i.inhrelid = c.oid ORDER BY i.inhseqno) AS parents
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
            LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = c.reltablespace
            LEFT JOIN pg_catalog.pg_class toast ON toast.oid = c.reltoastrelid
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND %s
            ORDER BY n.nspname, c.relname
            """.formatted(Catalog.USERS_SCHEMA);

    private final Map<Long, List<ReadColumn>> columns;

    RelationReader(Map<Long, List<ReadColumn>> columns) {
        this.columns = columns;
    }

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(TABLES, row -> table(catalog, row));
    }

    private Draft table(Catalog catalog, Row row) throws SQLException {
        var name = row.name();
        var object = "TABLE " + name.sql();
        var own = columns.getOrDefault(row.number("oid"), List.of());
        var address = new Address("pg_class", row.number("oid"));
        var draft = new Draft(address, "table", name.plain(), SchemaPhase.BEFORE_DATA).itself(name);
        draft.create(definition(row, own)).drop("DROP TABLE IF EXISTS " + name.sql());
        draft.owner(object, row.text("owner"));
        row.maybe("tablespace").ifPresent(draft::tablespace);
        own.forEach(column -> column.settings().forEach(draft::create));
        if (row.flag("partition")) {
            draft.create("ALTER TABLE ONLY " + row.sqlList("parents").getFirst() + " ATTACH PARTITION " + name.sql()
                    + " " + row.sql("bound"));
        }
        identity(row.text("identity"), name, draft);
        draft.comment(catalog, object).grants(catalog, object);
        ColumnReader.decorate(catalog, draft, name, own);
        return draft;
    }

    private static String definition(Row row, List<ReadColumn> columns) throws SQLException {
        var sql = new StringBuilder("CREATE ")
                .append(row.flag("unlogged") ? "UNLOGGED " : "")
                .append("TABLE ");
        sql.append(row.name().sql());
        row.sqlIfAny("of").ifPresent(type -> sql.append(" OF ").append(type));
        var defined =
                columns.stream().flatMap(column -> column.definition().stream()).toList();
        if (row.maybe("of").isEmpty() || !defined.isEmpty()) {
            sql.append(defined.stream().collect(Collectors.joining(",\n    ", " (\n    ", ")")));
        }
        if (!row.flag("partition") && !row.list("parents").isEmpty()) {
            sql.append(" INHERITS (")
                    .append(String.join(", ", row.sqlList("parents")))
                    .append(")");
        }
        row.sqlIfAny("partitionKey")
                .ifPresent(key -> sql.append(" PARTITION BY ").append(key));
        row.maybe("method").ifPresent(method -> sql.append(" USING ").append(new Identifier(method).sql()));
        row.sqlIfAny("options")
                .ifPresent(options -> sql.append(" WITH (").append(options).append(")"));
        row.maybe("tablespace").ifPresent(name -> sql.append(" TABLESPACE ").append(new Identifier(name).sql()));
        return sql.toString();
    }

    private static void identity(String identity, TableName table, Draft draft) {
        switch (identity) {
            case "f" -> draft.create("ALTER TABLE ONLY " + table.sql() + " REPLICA IDENTITY FULL");
            case "n" -> draft.create("ALTER TABLE ONLY " + table.sql() + " REPLICA IDENTITY NOTHING");
            default -> {}
        }
    }
}
