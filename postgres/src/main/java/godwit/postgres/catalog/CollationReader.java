package godwit.postgres.catalog;

import godwit.schema.Literal;
import java.sql.SQLException;
import java.util.List;

/** Reads the collations that people made. */
final class CollationReader implements KindReader {
    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        var version = catalog.session().version();
        var locale = version >= 17 ? "c.colllocale" : version >= 15 ? "c.colliculocale" : "c.collcollate";
        var sql = """
                SELECT c.oid, n.nspname AS schema, c.collname AS name, pg_get_userbyid(c.collowner) AS owner,
                       c.collprovider AS provider, c.collisdeterministic AS deterministic, c.collcollate AS collate,
                       c.collctype AS ctype, %s AS locale, %s AS rules
                FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
                WHERE c.oid >= 16384 AND %s ORDER BY n.nspname, c.collname
                """.formatted(locale, catalog.since(16, "c.collicurules"), Catalog.USERS_SCHEMA);
        return catalog.list(sql, row -> collation(catalog, row));
    }

    private static Draft collation(Catalog catalog, Row row) throws SQLException {
        var name = row.name();
        var object = "COLLATION " + name.sql();
        var address = new Address("pg_collation", row.number("oid"));
        return new Draft(address, "collation", name.plain(), SchemaPhase.BEFORE_DATA)
                .create("CREATE " + object + " (" + properties(row) + ")")
                .drop("DROP COLLATION IF EXISTS " + name.sql())
                .owner(object, row.text("owner"))
                .comment(catalog, object);
    }

    private static String properties(Row row) throws SQLException {
        var deterministic = row.flag("deterministic") ? "" : ", deterministic = false";
        var rules = row.maybe("rules")
                .map(text -> ", rules = " + new Literal(text).sql())
                .orElse("");
        return switch (row.text("provider")) {
            case "i" -> "provider = icu, locale = " + literal(row, "locale") + deterministic + rules;
            case "b" -> "provider = builtin, locale = " + literal(row, "locale") + deterministic;
            default ->
                "provider = libc, lc_collate = " + literal(row, "collate") + ", lc_ctype = " + literal(row, "ctype")
                        + deterministic;
        };
    }

    private static String literal(Row row, String column) throws SQLException {
        return new Literal(row.text(column)).sql();
    }
}
