package godwit.postgres.catalog;

import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.List;

/** Reads the extensions that people installed, by name: their members come with them. */
final class ExtensionReader implements KindReader {
    static final String KIND = "extension";

    private static final String EXTENSIONS = """
            SELECT e.oid, e.extname AS name, n.nspname AS schema,
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
        return new Draft(address, KIND, name.name(), SchemaPhase.BEFORE_DATA)
                .create("CREATE EXTENSION IF NOT EXISTS " + name.sql() + schema)
                .drop("DROP EXTENSION IF EXISTS " + name.sql() + " CASCADE")
                .comment(catalog, object);
    }
}
