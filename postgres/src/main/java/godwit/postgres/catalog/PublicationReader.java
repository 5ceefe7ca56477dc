package godwit.postgres.catalog;

import godwit.postgres.catalog.SchemaObject.Maker;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads publications, but Godwit's own; each table of one by itself, so that tables can be left out. */
final class PublicationReader implements KindReader {
    private static final String OWN = " p.pubname !~ '^godwit' ";

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        var drafts = new ArrayList<Draft>();
        drafts.addAll(catalog.list(publications(catalog), row -> publication(catalog, row)));
        drafts.addAll(catalog.list(members(catalog), PublicationReader::member));
        if (catalog.session().version() >= 15) {
            drafts.addAll(catalog.list(SCHEMAS, PublicationReader::schema));
        }
        return drafts;
    }

    private static String publications(Catalog catalog) throws SQLException {
        return """
                SELECT p.oid, p.pubname AS name, pg_get_userbyid(p.pubowner) AS owner, p.puballtables AS "allTables",
                       concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                                 CASE WHEN p.pubdelete THEN 'delete' END,
                                 CASE WHEN p.pubtruncate THEN 'truncate' END) AS publish,
                       p.pubviaroot AS "viaRoot", %s AS generated
                FROM pg_catalog.pg_publication p WHERE %s ORDER BY p.pubname
                """.formatted(catalog.since(18, "p.pubgencols::text"), OWN);
    }

    private static String members(Catalog catalog) throws SQLException {
        var columns = """
                (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
                 WHERE a.attrelid = c.oid AND a.attnum = ANY (r.prattrs::int2[]))""";
        return """
                SELECT r.oid, p.oid AS publication, p.pubname AS "publicationName", c.oid AS relation,
                       n.nspname AS schema, c.relname AS name, %s AS columns, %s AS filter
                FROM pg_catalog.pg_publication_rel r JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid
                JOIN pg_catalog.pg_class c ON c.oid = r.prrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE %s AND %s ORDER BY p.pubname, n.nspname, c.relname
                """.formatted(
                        catalog.since(15, columns),
                        catalog.since(15, "pg_get_expr(r.prqual, r.prrelid)"),
                        OWN,
                        Catalog.USERS_SCHEMA);
    }

    private static final String SCHEMAS = """
            SELECT s.oid, p.oid AS publication, p.pubname AS "publicationName", n.oid AS namespace, n.nspname AS name
            FROM pg_catalog.pg_publication_namespace s JOIN pg_catalog.pg_publication p ON p.oid = s.pnpubid
            JOIN pg_catalog.pg_namespace n ON n.oid = s.pnnspid
            WHERE\s""" + OWN + "ORDER BY p.pubname, n.nspname";

    private static Draft publication(Catalog catalog, Row row) throws SQLException {
        var name = new Identifier(row.text("name"));
        var object = "PUBLICATION " + name.sql();
        var generated = row.maybe("generated")
                .filter("s"::equals)
                .map(letter -> ", publish_generated_columns = stored")
                .orElse("");
        return new Draft(address(row, "oid"), "publication", name.name(), SchemaPhase.AFTER_CATCH_UP)
                .create("CREATE " + object + (row.flag("allTables") ? " FOR ALL TABLES" : "") + " WITH (publish = "
                        + new Literal(row.text("publish")).sql() + ", publish_via_partition_root = "
                        + row.flag("viaRoot") + generated
                        + ")")
                .drop("DROP PUBLICATION IF EXISTS " + name.sql())
                .maker(row.flag("allTables") ? Maker.SUPERUSER_OR_NOBODY : Maker.ANYBODY)
                .owner(object, row.text("owner"))
                .comment(catalog, object);
    }

    private static Draft member(Row row) throws SQLException {
        var publication = new Identifier(row.text("publicationName"));
        var columns = row.sqlIfAny("columns").map(list -> " (" + list + ")").orElse("");
        var filter = row.sqlIfAny("filter").map(text -> " WHERE (" + text + ")").orElse("");
        var table = row.name();
        return addition(row, "pg_publication_rel", publication, table.plain())
                .partOf(new Address("pg_class", row.number("relation")), table)
                .create("ALTER PUBLICATION " + publication.sql() + " ADD TABLE ONLY " + table.sql() + columns + filter);
    }

    private static Draft schema(Row row) throws SQLException {
        var publication = new Identifier(row.text("publicationName"));
        var schema = new Identifier(row.text("name"));
        return addition(row, "pg_publication_namespace", publication, schema.name())
                .needs(new Address("pg_namespace", row.number("namespace")))
                .maker(Maker.SUPERUSER_OR_NOBODY)
                .create("ALTER PUBLICATION " + publication.sql() + " ADD TABLES IN SCHEMA " + schema.sql());
    }

    /** What is added goes with its publication, since leaving one has no form that may find it already gone. */
    private static Draft addition(Row row, String catalog, Identifier publication, String added) throws SQLException {
        var identity = added + " in " + publication.name();
        return new Draft(
                        new Address(catalog, row.number("oid")),
                        "publication member",
                        identity,
                        SchemaPhase.AFTER_CATCH_UP)
                .needs(address(row, "publication"))
                .drop("DROP PUBLICATION IF EXISTS " + publication.sql());
    }

    private static Address address(Row row, String column) throws SQLException {
        return new Address("pg_publication", row.number(column));
    }
}
