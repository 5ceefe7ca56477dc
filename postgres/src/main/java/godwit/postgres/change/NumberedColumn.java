package godwit.postgres.change;

import godwit.change.ColumnSpec;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.List;

/** Has the server number a column that clients numbered, or a sequence that is its default. */
final class NumberedColumn {
    /**
     * A sequence cannot become an identity's, so another takes over its numbers, its name and its privileges, as it is made to
     * count; where there is none the identity goes on behind the highest number.
     */
    private static final String STATEMENTS = """
            WITH col AS (
              SELECT ?::text AS wanted, ?::text AS values, a.attrelid, a.attnum, a.attrelid::pg_catalog.regclass::text AS name
              FROM pg_catalog.pg_attribute a WHERE a.attrelid = ?::pg_catalog.regclass AND a.attname = ?),
            own AS (
              SELECT col.*, format('%I.%I', n.nspname, c.relname) AS seq, c.relname, c.relacl, c.relowner, s.*,
                format('%I.%I', n.nspname, left('_godwit_' || c.relname, 60)) AS old, left('_godwit_' || c.relname, 60) AS "oldName",
                pg_catalog.obj_description(c.oid, 'pg_class') AS remark
              FROM col JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = col.attrelid
                AND d.refobjsubid = col.attnum AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'a'
              JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind = 'S'
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid)
            SELECT 1 AS place, format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', name, wanted) AS sql FROM col
            UNION ALL SELECT 2, format('ALTER SEQUENCE %s RENAME TO %I', seq, "oldName") FROM own
            UNION ALL SELECT 3, format('ALTER TABLE %s ALTER COLUMN %I ADD GENERATED %s AS IDENTITY (SEQUENCE NAME %s'
                ' START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s %s)', name, wanted, values, seq, seqstart, seqincrement,
                seqmin, seqmax, seqcache, CASE WHEN seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END) FROM own
            UNION ALL SELECT 4, format('SELECT pg_catalog.setval(%L, last_value, is_called) FROM %s', seq, old) FROM own
            UNION ALL SELECT 5, format('GRANT %s ON SEQUENCE %s TO %s%s', r.privilege_type, seq,
                CASE WHEN r.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_catalog.pg_get_userbyid(r.grantee)) END,
                CASE WHEN r.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
              FROM own, pg_catalog.aclexplode(relacl) AS r WHERE r.grantee <> relowner
            UNION ALL SELECT 6, format('COMMENT ON SEQUENCE %s IS %L', seq, remark) FROM own WHERE remark IS NOT NULL
            UNION ALL SELECT 7, format('DROP SEQUENCE %s', old) FROM own
            UNION ALL SELECT 3, format('ALTER TABLE %s ALTER COLUMN %I ADD GENERATED %s AS IDENTITY', name, wanted, values)
              FROM col WHERE NOT EXISTS (SELECT FROM own)
            UNION ALL SELECT 4, format('SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence(%L, %L), (SELECT max(%I) FROM %s))',
                name, wanted, wanted, name) FROM col WHERE NOT EXISTS (SELECT FROM own)
            ORDER BY 1""";

    private final Session session;

    NumberedColumn(Session session) {
        this.session = session;
    }

    /** As {@link godwit.change.plan.Analyst#identity}. */
    List<SqlText> identity(TableName table, Identifier column, Identifier name, ColumnSpec.Generated.Values values) {
        return session.query(
                STATEMENTS,
                row -> new SqlText(row.getString(2)),
                name.name(),
                values.sql(),
                table.sql(),
                column.name());
    }
}
