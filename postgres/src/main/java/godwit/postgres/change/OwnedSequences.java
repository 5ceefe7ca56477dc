package godwit.postgres.change;

import godwit.change.plan.Analyst.Succession;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.List;

/** Gives the sequence of an identity, or of a default, to the column that takes the place of its own. */
final class OwnedSequences {
    /**
     * An identity's sequence cannot change its column, so another takes over its numbers and then its name; meanwhile nobody
     * may take one of it, which a change of its cache keeps them from. Limits are left to the new type where they are the
     * old type's own.
     */
    private static final String STATEMENTS = """
            WITH own AS (
              SELECT ?::text AS wanted, a.attrelid::pg_catalog.regclass::text AS name, a.attidentity, d.deptype, c.relacl, c.relowner,
                format('%I.%I', n.nspname, c.relname) AS old, c.relname, format('%I.%I', n.nspname, left('_godwit_' || c.relname, 60)) AS new,
                s.*, pg_catalog.obj_description(c.oid, 'pg_class') AS remark,
                CASE s.seqtypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647
                                ELSE 9223372036854775807 END AS most
              FROM pg_catalog.pg_attribute a
              JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = a.attrelid
                AND d.refobjsubid = a.attnum AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('i', 'a')
              JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind = 'S'
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid
              WHERE a.attrelid = ?::pg_catalog.regclass AND a.attname = ?),
            identity AS (SELECT * FROM own WHERE attidentity <> '' AND deptype = 'i')
            SELECT 1 AS place, true AS before, format('ALTER SEQUENCE %s OWNED BY %s.%I', old, name, wanted)
              FROM own WHERE attidentity = ''
            UNION ALL SELECT 2, true, format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', name, wanted) FROM identity
            UNION ALL SELECT 3, true, format('ALTER TABLE %s ALTER COLUMN %I ADD GENERATED %s AS IDENTITY '
                '(SEQUENCE NAME %s START WITH %s INCREMENT BY %s %s %s CACHE %s %s)', name, wanted,
                CASE attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, new, seqstart, seqincrement,
                CASE WHEN seqmin = CASE WHEN seqincrement > 0 THEN 1 ELSE -most - 1 END THEN 'NO MINVALUE'
                     ELSE 'MINVALUE ' || seqmin END,
                CASE WHEN seqmax = CASE WHEN seqincrement > 0 THEN most ELSE -1 END THEN 'NO MAXVALUE'
                     ELSE 'MAXVALUE ' || seqmax END,
                seqcache, CASE WHEN seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END) FROM identity
            UNION ALL SELECT 4, true, format('ALTER SEQUENCE %s CACHE %s', old, seqcache) FROM identity
            UNION ALL SELECT 5, true, format('SELECT pg_catalog.setval(%L, last_value, is_called) FROM %s', new, old) FROM identity
            UNION ALL SELECT 6, true, format('GRANT %s ON SEQUENCE %s TO %s%s', r.privilege_type, new,
                CASE WHEN r.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_catalog.pg_get_userbyid(r.grantee)) END,
                CASE WHEN r.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
              FROM identity, pg_catalog.aclexplode(relacl) AS r WHERE r.grantee <> relowner
            UNION ALL SELECT 7, true, format('COMMENT ON SEQUENCE %s IS %L', new, remark) FROM identity WHERE remark IS NOT NULL
            UNION ALL SELECT 8, false, format('ALTER SEQUENCE %s RENAME TO %I', new, relname) FROM identity
            ORDER BY 1""";

    private final Session session;

    OwnedSequences(Session session) {
        this.session = session;
    }

    private record Statement(boolean before, SqlText sql) {}

    Succession succession(TableName table, Identifier column, Identifier successor) {
        var all = session.query(
                STATEMENTS,
                row -> new Statement(row.getBoolean(2), new SqlText(row.getString(3))),
                successor.name(),
                table.sql(),
                column.name());
        return new Succession(
                sql(all.stream().filter(Statement::before).toList()),
                sql(all.stream().filter(s -> !s.before()).toList()));
    }

    private static List<SqlText> sql(List<Statement> statements) {
        return statements.stream().map(Statement::sql).toList();
    }
}
