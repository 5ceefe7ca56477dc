package godwit.postgres.catalog;

import godwit.schema.Identifier;
import godwit.schema.Literal;
import java.util.Optional;

/**
 * Queries for the statement that gives what a target had already back the owner, privileges and comment that it has now.
 *
 * <p>The statement is a block of code in one literal, in which the values stand as literals, so that whatever a name or a
 * comment holds is only text.
 */
final class Restoring {
    /* Who granted is part of a privilege, so each is granted as its grantor. */
    private static final String GRANT_AGAIN = """
              FOR granted IN SELECT x.*, pg_catalog.pg_get_userbyid(x.grantor) AS giver,
                    CASE x.grantee WHEN 0 THEN ''PUBLIC''
                      ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END AS taker
                  FROM pg_catalog.aclexplode(%3$L::aclitem[]) WITH ORDINALITY
                    AS x (grantor, grantee, privilege_type, is_grantable, place) ORDER BY place LOOP
            """;

    private static final String SCHEMA = """
            SELECT coalesce((SELECT 'DO ' || quote_literal(format('
            DECLARE
              granted record;
            BEGIN
              IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = %1$L) THEN RETURN; END IF;
              IF (SELECT pg_catalog.pg_get_userbyid(nspowner) FROM pg_catalog.pg_namespace WHERE nspname = %1$L) <> %2$L
              THEN EXECUTE pg_catalog.format(''ALTER SCHEMA %%I OWNER TO %%I'', %1$L, %2$L); END IF;
              EXECUTE pg_catalog.format(''COMMENT ON SCHEMA %%I IS %%L'', %1$L, %4$L);
              IF (SELECT coalesce(nspacl, pg_catalog.acldefault(''n'', nspowner))::text
                  FROM pg_catalog.pg_namespace WHERE nspname = %1$L) = %3$L THEN RETURN; END IF;
              FOR granted IN SELECT DISTINCT CASE x.grantee WHEN 0 THEN ''PUBLIC''
                      ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END AS taker
                  FROM pg_catalog.pg_namespace n CROSS JOIN LATERAL pg_catalog.aclexplode(n.nspacl) x
                  WHERE n.nspname = %1$L LOOP
                EXECUTE pg_catalog.format(''REVOKE ALL ON SCHEMA %%I FROM %%s CASCADE'', %1$L, granted.taker);
              END LOOP;
            """ + GRANT_AGAIN + """
                IF granted.giver <> %2$L THEN EXECUTE pg_catalog.format(''SET LOCAL ROLE %%I'', granted.giver); END IF;
                EXECUTE pg_catalog.format(''GRANT %%s ON SCHEMA %%I TO %%s%%s'', granted.privilege_type, %1$L,
                  granted.taker, CASE WHEN granted.is_grantable THEN '' WITH GRANT OPTION'' END);
                SET LOCAL ROLE NONE;
              END LOOP;
            END',
                n.nspname, pg_get_userbyid(n.nspowner), coalesce(n.nspacl, acldefault('n', n.nspowner))::text,
                obj_description(n.oid, 'pg_namespace')))
              FROM pg_catalog.pg_namespace n WHERE n.nspname =\s""";

    private static final String DEFAULT_PRIVILEGES = """
            SELECT coalesce((SELECT 'DO ' || quote_literal(format('
            DECLARE
              granted record;
            BEGIN
              FOR granted IN SELECT DISTINCT CASE x.grantee WHEN 0 THEN ''PUBLIC''
                      ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END AS taker
                  FROM pg_catalog.pg_default_acl d CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) x
                  WHERE d.oid = %2$L::oid LOOP
                EXECUTE %1$L || '' REVOKE ALL ON '' || %4$L || '' FROM '' || granted.taker;
              END LOOP;
            """ + GRANT_AGAIN + """
                EXECUTE pg_catalog.format(''%%s GRANT %%s ON %%s TO %%s%%s'', %1$L, granted.privilege_type, %4$L,
                  granted.taker, CASE WHEN granted.is_grantable THEN '' WITH GRANT OPTION'' END);
              END LOOP;
            END',
            """;

    private Restoring() {}

    /** For a schema; what undoes its making where it is not there is given. */
    static String schema(Identifier name, String drop) {
        return SCHEMA + new Literal(name.name()).sql() + "), " + new Literal(drop).sql()
                + ") AS undo, NULL::text AS instead";
    }

    /** For the default privileges of a role, in a schema or all. */
    static String defaultPrivileges(
            Identifier role, Optional<Identifier> schema, Literal type, String objects, String drop) {
        var change = "ALTER DEFAULT PRIVILEGES FOR ROLE " + role.sql()
                + schema.map(name -> " IN SCHEMA " + name.sql()).orElse("");
        var namespace = new Literal(schema.map(Identifier::name).orElse(""));
        return DEFAULT_PRIVILEGES + new Literal(change).sql() + """
                , d.oid, d.defaclacl::text,\s""" + new Literal(objects).sql() + """
                )) FROM pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
                WHERE pg_get_userbyid(d.defaclrole) =\s"""
                + new Literal(role.name()).sql()
                + " AND coalesce(n.nspname, '') = " + namespace.sql() + " AND d.defaclobjtype = " + type.sql() + "), "
                + new Literal(drop).sql() + ") AS undo, NULL::text AS instead";
    }
}
