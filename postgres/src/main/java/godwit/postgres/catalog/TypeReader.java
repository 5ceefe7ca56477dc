package godwit.postgres.catalog;

import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads the types that people can make without C: enums, domains, composites and ranges. */
final class TypeReader implements KindReader {
    private static final String TYPE =
            "t.oid, n.nspname AS schema, t.typname AS name, pg_get_userbyid(t.typowner) AS owner";
    private static final String ENUMS = """
            SELECT %s, (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
               FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) AS labels
            FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE t.typtype = 'e' AND %s
            ORDER BY n.nspname, t.typname
            """.formatted(TYPE, Catalog.USERS_SCHEMA);
    private static final String DOMAINS = """
            SELECT %s, format_type(t.typbasetype, t.typtypmod) AS base, pg_get_expr(t.typdefaultbin, 0) AS default,
              CASE WHEN t.typcollation <> b.typcollation THEN t.typcollation::regcollation::text END AS collation,
              t.typnotnull AS "notNull", nn.conname AS "notNullName", nn.oid AS "notNullOid"
            FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
            LEFT JOIN pg_catalog.pg_constraint nn ON nn.contypid = t.oid AND nn.contype = 'n'
            WHERE t.typtype = 'd' AND %s
            ORDER BY n.nspname, t.typname
            """.formatted(TYPE, Catalog.USERS_SCHEMA);
    private static final String COMPOSITES = """
            SELECT %s, t.typrelid AS relation,
              (SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                                 || CASE WHEN a.attcollation <> f.typcollation
                                         THEN ' COLLATE ' || a.attcollation::regcollation::text ELSE '' END,
                                 ', ' ORDER BY a.attnum)
               FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type f ON f.oid = a.atttypid
               WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS fields,
              ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum) AS names
            FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
            WHERE t.typtype = 'c' AND c.relkind = 'c' AND %s
            ORDER BY n.nspname, t.typname
            """.formatted(TYPE, Catalog.USERS_SCHEMA);

    /** A canonical function needs a type that is only a shell, and C: such ranges are not carried. */
    private static final String RANGES = """
            SELECT %s, format_type(r.rngsubtype, NULL) AS subtype,
              (SELECT quote_ident(s.nspname) || '.' || quote_ident(o.opcname) FROM pg_catalog.pg_opclass o
               JOIN pg_catalog.pg_namespace s ON s.oid = o.opcnamespace
               WHERE o.oid = r.rngsubopc AND NOT o.opcdefault) AS opclass,
              CASE WHEN r.rngcollation <> b.typcollation THEN r.rngcollation::regcollation::text END AS collation,
              CASE WHEN r.rngsubdiff <> 0 THEN r.rngsubdiff::regproc::text END AS difference,
              m.typname AS "multirange"
            FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid JOIN pg_catalog.pg_type b ON b.oid = r.rngsubtype
            JOIN pg_catalog.pg_type m ON m.oid = r.rngmultitypid
            WHERE r.rngcanonical = 0 AND %s
            ORDER BY n.nspname, t.typname
            """.formatted(TYPE, Catalog.USERS_SCHEMA);

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        var drafts = new ArrayList<Draft>();
        drafts.addAll(catalog.list(
                ENUMS,
                row -> type(catalog, row, " AS ENUM (" + row.sqlIfAny("labels").orElse("") + ")")));
        drafts.addAll(catalog.list(RANGES, row -> type(catalog, row, " AS RANGE (" + range(row) + ")")));
        drafts.addAll(catalog.list(COMPOSITES, row -> composite(catalog, row)));
        drafts.addAll(catalog.list(DOMAINS, row -> domain(catalog, row)));
        return drafts;
    }

    private static Draft type(Catalog catalog, Row row, String definition) throws SQLException {
        return draft(catalog, row, "TYPE", definition);
    }

    private static Draft draft(Catalog catalog, Row row, String word, String definition) throws SQLException {
        var name = row.name();
        var object = word + " " + name.sql();
        var address = new Address("pg_type", row.number("oid"));
        var draft = new Draft(address, word.equals("TYPE") ? "type" : "domain", name.plain(), SchemaPhase.BEFORE_DATA);
        return draft.create("CREATE " + object + definition)
                .drop("DROP " + word + " IF EXISTS " + name.sql())
                .owner(object, row.text("owner"))
                .comment(catalog, object)
                .grants(catalog, object);
    }

    private static Draft composite(Catalog catalog, Row row) throws SQLException {
        var draft = type(catalog, row, " AS (" + row.sqlIfAny("fields").orElse("") + ")");
        var relation = new Address("pg_class", row.number("relation"));
        var names = row.list("names");
        for (var position = 1; position <= names.size(); position++) {
            var column = row.name().sql() + "." + new Identifier(names.get(position - 1)).sql();
            catalog.comments()
                    .on(relation, position)
                    .ifPresent(text -> draft.create(Draft.comment("COLUMN " + column, text)));
        }
        return draft;
    }

    private static Draft domain(Catalog catalog, Row row) throws SQLException {
        var definition = new StringBuilder(" AS ").append(row.sql("base"));
        row.sqlIfAny("collation")
                .ifPresent(collation -> definition.append(" COLLATE ").append(collation));
        row.sqlIfAny("default")
                .ifPresent(expression -> definition.append(" DEFAULT ").append(expression));
        if (row.flag("notNull")) {
            row.maybe("notNullName")
                    .ifPresent(name -> definition.append(" CONSTRAINT ").append(new Identifier(name).sql()));
            definition.append(" NOT NULL");
        }
        var draft = draft(catalog, row, "DOMAIN", definition.toString());
        if (row.maybe("notNullName").isPresent()) {
            var name = new Identifier(row.text("notNullName"));
            var constraint =
                    "CONSTRAINT " + name.sql() + " ON DOMAIN " + row.name().sql();
            catalog.comment(new Address("pg_constraint", row.number("notNullOid")))
                    .ifPresent(text -> draft.create(Draft.comment(constraint, text)));
        }
        return draft;
    }

    private static String range(Row row) throws SQLException {
        var properties = new ArrayList<String>();
        properties.add("SUBTYPE = " + row.sql("subtype"));
        row.sqlIfAny("opclass").ifPresent(value -> properties.add("SUBTYPE_OPCLASS = " + value));
        row.sqlIfAny("collation").ifPresent(value -> properties.add("COLLATION = " + value));
        row.sqlIfAny("difference").ifPresent(value -> properties.add("SUBTYPE_DIFF = " + value));
        var multirange = TableName.of(row.text("schema"), row.text("multirange"));
        properties.add("MULTIRANGE_TYPE_NAME = " + multirange.sql());
        return String.join(", ", properties);
    }
}
