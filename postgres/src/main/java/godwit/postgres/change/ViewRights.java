package godwit.postgres.change;

import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.List;
import java.util.Map;

/** The owners and privileges of a version's views and schema, as statements. */
final class ViewRights {
    /** Rights of the whole table, then of columns under the names that the view has for them. */
    private static final String RIGHTS = """
            WITH shown AS (SELECT * FROM ROWS FROM (pg_catalog.unnest(?::text[]), pg_catalog.unnest(?::text[])) AS s (physical, name)),
            t AS (SELECT c.oid, c.relacl, c.relowner FROM pg_catalog.pg_class c WHERE c.oid = ?::regclass)
            SELECT format('ALTER VIEW %s OWNER TO %I', ?::text, pg_catalog.pg_get_userbyid(t.relowner)) FROM t
            UNION ALL SELECT format('GRANT %s ON %s TO %s%s', r.privilege_type, ?::text,
                CASE WHEN r.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_catalog.pg_get_userbyid(r.grantee)) END,
                CASE WHEN r.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
              FROM t, pg_catalog.aclexplode(t.relacl) AS r WHERE r.grantee <> t.relowner AND r.privilege_type <> 'MAINTAIN'
            UNION ALL SELECT format('GRANT %s (%I) ON %s TO %s%s', r.privilege_type, s.name, ?::text,
                CASE WHEN r.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_catalog.pg_get_userbyid(r.grantee)) END,
                CASE WHEN r.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
              FROM t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND NOT a.attisdropped
              JOIN shown s ON s.physical = a.attname OR '_godwit_' || a.attname = s.physical,
              pg_catalog.aclexplode(a.attacl) AS r""";

    private static final String DEFAULT_RIGHTS = """
            SELECT format('GRANT %s ON %s TO %s%s', r.privilege_type, ?::text,
                CASE WHEN r.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_catalog.pg_get_userbyid(r.grantee)) END,
                CASE WHEN r.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
            FROM pg_catalog.pg_default_acl d, pg_catalog.aclexplode(d.defaclacl) AS r
            WHERE d.defaclobjtype = 'r' AND pg_catalog.pg_get_userbyid(d.defaclrole) = current_user
              AND d.defaclnamespace IN (0, (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = ?))
              AND r.grantee <> d.defaclrole AND r.privilege_type <> 'MAINTAIN'""";

    private static final String SCHEMA_RIGHTS = """
            WITH n AS (SELECT * FROM pg_catalog.pg_namespace WHERE nspname = ?),
            o AS (SELECT CASE WHEN nspowner = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = 'pg_database_owner')
                THEN (SELECT datdba FROM pg_catalog.pg_database WHERE datname = current_database()) ELSE nspowner END AS owner FROM n)
            SELECT format('ALTER SCHEMA %I OWNER TO %I', ?::text, pg_catalog.pg_get_userbyid(owner)) FROM o
              WHERE pg_catalog.pg_has_role(owner, 'MEMBER')
            UNION ALL SELECT format('GRANT USAGE ON SCHEMA %I TO %s', ?::text,
                CASE WHEN r.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_catalog.pg_get_userbyid(r.grantee)) END)
              FROM n, pg_catalog.aclexplode(n.nspacl) AS r WHERE r.privilege_type = 'USAGE' AND r.grantee <> n.nspowner""";

    private final Session session;

    ViewRights(Session session) {
        this.session = session;
    }

    /** As {@link godwit.change.plan.Analyst#rights}. */
    List<SqlText> like(TableName table, TableName view, Map<Identifier, Identifier> shownByPhysical) {
        var physical = shownByPhysical.keySet().stream().map(Identifier::name).toArray(String[]::new);
        var names = shownByPhysical.values().stream().map(Identifier::name).toArray(String[]::new);
        return session.query(
                RIGHTS,
                row -> new SqlText(row.getString(1)),
                physical,
                names,
                table.sql(),
                view.sql(),
                view.sql(),
                view.sql());
    }

    /** As {@link godwit.change.plan.Analyst#rightsOfNew}. */
    List<SqlText> ofNewTables(Identifier schema, TableName view) {
        return session.query(DEFAULT_RIGHTS, row -> new SqlText(row.getString(1)), view.sql(), schema.name());
    }

    /** As {@link godwit.change.plan.Analyst#schemaRights}. */
    List<SqlText> ofSchema(Identifier schema, Identifier version) {
        return session.query(
                SCHEMA_RIGHTS, row -> new SqlText(row.getString(1)), schema.name(), version.name(), version.name());
    }
}
