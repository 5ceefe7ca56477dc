package godwit.postgres.catalog;

import godwit.schema.Identifier;
import java.sql.SQLException;
import java.util.List;

/** Reads the schemas; of {@code public}, which every database has, only how it differs from a new one. */
final class NamespaceReader implements KindReader {
    private static final String NAMESPACES = """
            SELECT n.oid, n.nspname AS name, pg_get_userbyid(n.nspowner) AS owner,
                   n.nspowner = 10 OR pg_get_userbyid(n.nspowner) = 'pg_database_owner' AS "firstOwner",
                   has_schema_privilege('public', n.oid, 'CREATE') AS "openToAll"
            FROM pg_catalog.pg_namespace n WHERE %s
            ORDER BY n.nspname = 'public', 2
            """.formatted(Catalog.USERS_SCHEMA);

    private static final String FIRST_COMMENT = "standard public schema";

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(NAMESPACES, row -> namespace(catalog, row)).stream()
                .filter(draft -> !draft.object().create().isEmpty())
                .toList();
    }

    private static Draft namespace(Catalog catalog, Row row) throws SQLException {
        var name = new Identifier(row.text("name"));
        var address = new Address("pg_namespace", row.number("oid"));
        var draft = new Draft(address, "schema", name.name(), SchemaPhase.BEFORE_DATA);
        var object = "SCHEMA " + name.sql();
        if (name.name().equals("public")) {
            return differing(catalog, row, draft);
        }
        return draft.create("CREATE SCHEMA IF NOT EXISTS " + name.sql())
                .drop("DROP SCHEMA IF EXISTS " + name.sql())
                .before(Restoring.schema(name, "DROP SCHEMA IF EXISTS " + name.sql()))
                .owner(object, row.text("owner"))
                .comment(catalog, object)
                .grants(catalog, object);
    }

    private static Draft differing(Catalog catalog, Row row, Draft draft) throws SQLException {
        var object = "SCHEMA \"public\"";
        if (!row.flag("firstOwner")) {
            draft.owner(object, row.text("owner"));
        }
        var comment = catalog.comment(draft.address());
        if (comment.filter(FIRST_COMMENT::equals).isEmpty()) {
            draft.create(Draft.comment(object, comment.orElse("")));
        }
        if (catalog.session().version() < 15 && row.flag("openToAll")) {
            // From 15 on a new database does not let everyone create there; what worked goes on working.
            draft.create("GRANT CREATE ON SCHEMA \"public\" TO PUBLIC");
        }
        return draft.grants(catalog, object).before(Restoring.schema(new Identifier("public"), ""));
    }
}
