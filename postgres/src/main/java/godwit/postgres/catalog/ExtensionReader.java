package godwit.postgres.catalog;

import godwit.schema.Identifier;
import godwit.schema.Literal;
import java.sql.SQLException;
import java.util.List;

/** Reads the extensions that people installed, by name: their members come with them. */
final class ExtensionReader implements KindReader {
    private static final String EXTENSIONS = """
            SELECT e.oid, e.extname AS name, n.nspname AS schema, e.extversion AS version,
                   EXISTS (SELECT FROM pg_catalog.pg_depend d
                           WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e') AS member
            FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
            WHERE e.oid >= 16384 ORDER BY e.extname
            """;

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(EXTENSIONS, row -> extension(catalog, row));
    }

    private static Draft extension(Catalog catalog, Row row) throws SQLException {
        var name = new Identifier(row.text("name"));
        var object = "EXTENSION " + name.sql();
        var schema = row.flag("member") ? "" : " WITH SCHEMA " + new Identifier(row.text("schema")).sql();
        var address = new Address("pg_extension", row.number("oid"));
        var create = "CREATE EXTENSION IF NOT EXISTS " + name.sql() + schema;
        var version = new Literal(row.text("version"));
        var drop = "DROP EXTENSION IF EXISTS " + name.sql();
        return new Draft(address, "extension", name.name(), SchemaPhase.BEFORE_DATA)
                .create(create + " VERSION " + version.sql())
                .drop(drop)
                .extension(new TargetRequirements.Extension(name.name(), row.text("version"), row.text("schema")))
                .before(before(new Literal(name.name()), version, new Literal(create), new Literal(drop)))
                .comment(catalog, object);
    }

    /** An extension that is there stays as it is; one whose version is not to be had comes in the target's own. */
    private static String before(Literal name, Literal version, Literal create, Literal drop) {
        return "SELECT CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = " + name.sql()
                + ") THEN " + drop.sql() + " END AS undo, CASE WHEN NOT EXISTS (SELECT FROM"
                + " pg_catalog.pg_available_extension_versions WHERE name = " + name.sql() + " AND version = "
                + version.sql() + ") THEN " + create.sql() + " END AS instead";
    }
}
