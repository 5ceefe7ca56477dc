package godwit.postgres.catalog;

import godwit.postgres.catalog.SchemaObject.Maker;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** Reads functions and procedures in any language; those that a range brings come with it. */
final class RoutineReader implements KindReader {
    /**
     * The stub has no body: those of the language SQL refer to other objects by their identity. Defaults of parameters
     * cannot be taken from a function that has them, nor given another type; what they refer to can.
     */
    private static final String ROUTINES = """
            SELECT p.oid, quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '('
                          || pg_get_function_identity_arguments(p.oid) || ')' AS signature,
                   quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '('
                          || coalesce((
                               SELECT string_agg(concat_ws(' ',
                                   CASE a.mode WHEN 'o' THEN 'OUT' WHEN 'b' THEN 'INOUT' WHEN 'v' THEN 'VARIADIC' END,
                                   quote_ident(nullif(p.proargnames[a.i], '')), format_type(a.type, NULL),
                                   CASE WHEN t.typtype = 'p' THEN 'DEFAULT ' || a.standard
                                        WHEN a.standard IS NOT NULL THEN 'DEFAULT NULL' END), ', ' ORDER BY a.i)
                               FROM (SELECT u.i, u.type, coalesce(p.proargmodes[u.i], 'i') AS mode,
                                            pg_get_function_arg_default(p.oid, u.i::int) AS standard
                                     FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]))
                                          WITH ORDINALITY AS u (type, i)) a
                               JOIN pg_catalog.pg_type t ON t.oid = a.type WHERE a.mode <> 't'), '') || ')' AS defaulted,
                   n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS plain,
                   CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END AS word,
                   pg_get_functiondef(p.oid) AS definition, pg_get_function_result(p.oid) AS result,
                   pg_get_userbyid(p.proowner) AS owner, l.lanname = 'sql' AND p.prokind = 'f' AS stubbed,
                   p.proleakproof OR NOT l.lanpltrusted AS superuser,
                   ARRAY(SELECT quote_ident(e.extname) FROM pg_catalog.pg_depend d
                         JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
                         WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'x'
                           AND d.refclassid = 'pg_extension'::regclass) AS extensions
            FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            JOIN pg_catalog.pg_language l ON l.oid = p.prolang
            WHERE p.prokind <> 'a'
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_proc'::regclass
                              AND d.objid = p.oid AND d.deptype = 'i') AND %s
            ORDER BY n.nspname, p.proname, p.oid
            """.formatted(Catalog.USERS_SCHEMA);

    @Override
    public List<Draft> read(Catalog catalog) throws SQLException {
        return catalog.list(ROUTINES, row -> routine(catalog, row));
    }

    private static Draft routine(Catalog catalog, Row row) throws SQLException {
        var word = row.sql("word");
        var object = word + " " + row.sql("signature");
        var address = new Address("pg_proc", row.number("oid"));
        var kind = word.toLowerCase(Locale.ROOT);
        var draft = new Draft(address, kind, row.text("plain"), SchemaPhase.BEFORE_DATA)
                .create(row.sql("definition"))
                .drop("DROP " + word + " IF EXISTS " + row.sql("signature"))
                .owner(object, row.text("owner"))
                .comment(catalog, object)
                .grants(catalog, object);
        if (row.flag("superuser")) {
            draft.maker(Maker.SUPERUSER);
        }
        for (var extension : row.sqlList("extensions")) {
            draft.create("ALTER " + object + " DEPENDS ON EXTENSION " + extension);
        }
        if (row.flag("stubbed")) {
            var body = " RETURNS " + row.sql("result") + " LANGUAGE sql AS 'SELECT NULL'";
            draft.stub(
                    "CREATE FUNCTION " + row.sql("signature") + body,
                    "CREATE OR REPLACE FUNCTION " + row.sql("defaulted") + body);
        }
        return draft;
    }
}
