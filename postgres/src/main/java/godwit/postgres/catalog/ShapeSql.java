package godwit.postgres.catalog;

/**
 * The statement that reads a database's shape, a line for each object.
 *
 * <p>It takes what the catalogs hold as it is and deparses little, so that it may be run while writers wait. What
 * changes without DDL stays out: statistics, file numbers, sizes, what VACUUM and TRUNCATE leave behind. The portable
 * text is the same on all versions of the server; the exact one means something on this server only.
 */
final class ShapeSql {
    /*
     * Two parameters: tables that are taken (none: all) and tables that are not, as schema and name around chr(31); each
     * with its partitions.
     */
    private static final String TAKEN = """
            WITH member AS MATERIALIZED (
              SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'),
            space AS MATERIALIZED (
              SELECT oid, nspname, nspacl FROM pg_catalog.pg_namespace
              WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'godwit')),
            relation AS MATERIALIZED (
              SELECT c.*, n.nspname, format('%I.%I', n.nspname, c.relname) AS name
              FROM pg_catalog.pg_class c JOIN space n ON n.oid = c.relnamespace
              WHERE c.relpersistence <> 't'
                AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_catalog.pg_class'::regclass AND objid = c.oid)),
            holder AS MATERIALIZED (
              SELECT r.* FROM relation r
              CROSS JOIN LATERAL (
                SELECT CASE WHEN r.relispartition THEN ARRAY(
                    SELECT n.nspname || chr(31) || c.relname
                    FROM pg_catalog.pg_partition_ancestors(r.oid) AS a(id) JOIN pg_catalog.pg_class c ON c.oid = a.id
                    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace)
                  ELSE ARRAY[r.nspname || chr(31) || r.relname] END) AS lineage(names)
              WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
                AND (cardinality(?::text[]) = 0 OR r.relkind IN ('v', 'm', 'c') OR lineage.names && ?::text[])
                AND NOT lineage.names && ?::text[])
            """;

    private static final String RELATIONS = """
            SELECT CASE h.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
                     WHEN 'c' THEN 'type' ELSE 'table' END AS kind, h.name AS object,
              concat_ws(' ', h.relkind, h.relpersistence, h.relrowsecurity, h.relforcerowsecurity,
                (SELECT string_agg(format('%I.%I', pn.nspname, pc.relname), ',' ORDER BY i.inhseqno)
                 FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class pc ON pc.oid = i.inhparent
                 JOIN pg_catalog.pg_namespace pn ON pn.oid = pc.relnamespace WHERE i.inhrelid = h.oid)) AS portable,
              concat_ws(' ', CASE WHEN h.relkind IN ('r', 'p') THEN h.oid END, h.relreplident, pg_catalog.pg_get_expr(h.relpartbound, h.oid),
                CASE WHEN h.relkind IN ('v', 'm') THEN md5(pg_catalog.pg_get_viewdef(h.oid)) END,
                (SELECT string_agg(concat(w.rulename, w.ev_action::text,
                   w.ev_enabled), ',' ORDER BY w.rulename)
                 FROM pg_catalog.pg_rewrite w WHERE w.ev_class = h.oid AND w.rulename <> '_RETURN')) AS exact
            FROM holder h
            UNION ALL
            SELECT 'column', h.name || '.' || quote_ident(a.attname),
              concat_ws(' ', CASE WHEN h.relkind IN ('r', 'p') THEN a.attnotnull END,
                CASE WHEN NOT h.relispartition THEN a.attidentity END, a.attgenerated,
                CASE WHEN h.relkind IN ('r', 'p') THEN a.atthasdef END),
              concat_ws(' ', a.attnum, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attcollation, a.attstorage,
                d.adbin::text)
            FROM holder h JOIN pg_catalog.pg_attribute a ON a.attrelid = h.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = h.oid AND d.adnum = a.attnum
            UNION ALL
            SELECT 'constraint', h.name || ' ' || quote_ident(k.conname),
              concat_ws(' ', k.contype, k.condeferrable, k.condeferred, k.convalidated),
              concat_ws(' ', k.conkey::text, k.confkey::text, k.confrelid, k.confupdtype, k.confdeltype,
                k.confmatchtype, k.conbin::text, to_jsonb(k) ->> 'conenforced')
            FROM holder h JOIN pg_catalog.pg_constraint k ON k.conrelid = h.oid
            WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND (k.conparentid = 0 OR k.contype <> 'f')
              AND (k.contype <> 'f' OR k.confrelid IN (SELECT oid FROM holder))
            UNION ALL
            SELECT 'index', quote_ident(h.nspname) || '.' || quote_ident(c.relname),
              concat_ws(' ', h.name, i.indisunique, i.indisprimary, i.indisvalid, i.indnkeyatts, i.indnatts,
                i.indpred IS NOT NULL, i.indexprs IS NOT NULL),
              concat_ws(' ', i.indkey::text, i.indclass::text, i.indoption::text, i.indcollation::text, c.relam,
                c.reloptions::text, i.indpred::text, i.indexprs::text, i.indisreplident,
                to_jsonb(i) ->> 'indnullsnotdistinct')
            FROM holder h JOIN pg_catalog.pg_index i ON i.indrelid = h.oid
            JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid AND c.relname !~ '^godwit_'
            UNION ALL
            SELECT CASE h.relkind WHEN 'v' THEN 'view trigger' ELSE 'trigger' END,
              h.name || ' ' || quote_ident(t.tgname), concat_ws(' ', t.tgenabled, t.tgtype),
              concat_ws(' ', t.tgfoid, t.tgattr::text, t.tgargs::text, t.tgqual::text)
            FROM holder h JOIN pg_catalog.pg_trigger t ON t.tgrelid = h.oid
            WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgname !~ '^godwit_'
            UNION ALL
            SELECT 'policy', h.name || ' ' || quote_ident(p.polname), concat_ws(' ', p.polcmd, p.polpermissive),
              concat_ws(' ', p.polroles::text, p.polqual::text, p.polwithcheck::text)
            FROM holder h JOIN pg_catalog.pg_policy p ON p.polrelid = h.oid
            """;

    /**
     * What is no object's form: whose it is, who may do what with it, and how it is stored. By the names of roles, so that
     * both sides can be compared; without the owner's own rights and with what counts where nothing is said, so that a grant
     * that was taken back is gone.
     */
    private static final String RIGHTS = """
            UNION ALL
            SELECT 'privileges', o.object, coalesce((
                SELECT string_agg(concat_ws(' ', coalesce(g.rolname, 'public'), a.privilege_type, a.is_grantable), ','
                  ORDER BY g.rolname NULLS FIRST, a.privilege_type, a.is_grantable)
                FROM pg_catalog.aclexplode(o.acl) AS a LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee
                WHERE a.grantee <> o.owner AND a.privilege_type <> 'MAINTAIN'), ''), ''
            FROM (
              SELECT concat_ws(' ', CASE h.relkind WHEN 'c' THEN 'type' ELSE 'table' END, h.name) AS object,
                coalesce(h.relacl, pg_catalog.acldefault('r', h.relowner)) AS acl, h.relowner AS owner
              FROM holder h WHERE h.relkind <> 'c'
              UNION ALL
              SELECT concat_ws(' ', 'column', h.name || '.' || quote_ident(a.attname)), a.attacl, h.relowner
              FROM holder h JOIN pg_catalog.pg_attribute a ON a.attrelid = h.oid AND a.attnum > 0 AND NOT a.attisdropped
              WHERE a.attacl IS NOT NULL
              UNION ALL
              SELECT concat_ws(' ', 'sequence', r.name), coalesce(r.relacl, pg_catalog.acldefault('s', r.relowner)), r.relowner
              FROM relation r WHERE r.relkind = 'S'
              UNION ALL
              SELECT concat_ws(' ', 'routine', format('%I.%I(%s)', n.nspname, p.proname,
                  pg_catalog.oidvectortypes(p.proargtypes))),
                coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)), p.proowner
              FROM pg_catalog.pg_proc p JOIN space n ON n.oid = p.pronamespace
              WHERE NOT EXISTS (SELECT FROM member WHERE classid = 'pg_catalog.pg_proc'::regclass AND objid = p.oid)
              UNION ALL
              SELECT concat_ws(' ', 'type', format('%I.%I', n.nspname, y.typname)),
                coalesce(y.typacl, pg_catalog.acldefault('T', y.typowner)), y.typowner
              FROM pg_catalog.pg_type y JOIN space n ON n.oid = y.typnamespace WHERE y.typtype IN ('e', 'd', 'r')
              UNION ALL
              SELECT concat_ws(' ', 'schema', quote_ident(s.nspname)),
                coalesce(s.nspacl, pg_catalog.acldefault('n', n.nspowner)), n.nspowner
              FROM space s JOIN pg_catalog.pg_namespace n ON n.oid = s.oid) AS o
            UNION ALL
            SELECT 'settings', h.name, concat_ws(' ', pg_catalog.pg_get_userbyid(h.relowner),
                (SELECT string_agg(o, ',' ORDER BY o) FROM pg_catalog.unnest(h.reloptions) AS o)), ''
            FROM holder h WHERE h.relkind IN ('r', 'p', 'v', 'm')
            """;

    private static final String OTHERS = """
            UNION ALL
            SELECT 'sequence', r.name,
              concat_ws(' ', s.seqincrement, s.seqmin, s.seqmax, s.seqcycle), s.seqtypid::text
            FROM relation r JOIN pg_catalog.pg_sequence s ON s.seqrelid = r.oid
            WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                AND d.objid = r.oid AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
                AND d.refobjid NOT IN (SELECT oid FROM holder))
            UNION ALL
            SELECT 'routine', format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.oidvectortypes(p.proargtypes)),
              concat_ws(' ', p.prokind, p.provolatile, p.proisstrict, p.prosecdef, md5(p.prosrc)),
              concat_ws(' ', p.prorettype, p.prolang, p.proconfig::text,
                p.proargdefaults::text, p.prosqlbody::text, p.proparallel, p.procost, p.prorows)
            FROM pg_catalog.pg_proc p JOIN space n ON n.oid = p.pronamespace
            WHERE NOT EXISTS (SELECT FROM member WHERE classid = 'pg_catalog.pg_proc'::regclass AND objid = p.oid)
            UNION ALL
            SELECT 'type', format('%I.%I', n.nspname, y.typname),
              concat_ws(' ', y.typtype, y.typnotnull,
                (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e
                 WHERE e.enumtypid = y.oid)),
              concat_ws(' ', y.typbasetype, y.typtypmod, y.typdefaultbin::text,
                (SELECT string_agg(concat(k.conname, k.conbin::text, k.convalidated), ',' ORDER BY k.conname)
                 FROM pg_catalog.pg_constraint k WHERE k.contypid = y.oid))
            FROM pg_catalog.pg_type y JOIN space n ON n.oid = y.typnamespace
            WHERE y.typtype IN ('e', 'd', 'r')
              AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_catalog.pg_type'::regclass AND objid = y.oid)
            UNION ALL
            SELECT 'schema', quote_ident(nspname), '', '' FROM space
            UNION ALL
            SELECT 'extension', quote_ident(extname), '', extversion FROM pg_catalog.pg_extension
            UNION ALL
            SELECT 'event trigger', quote_ident(evtname), concat_ws(' ', evtevent, evtenabled), evtfoid::text
            FROM pg_catalog.pg_event_trigger WHERE evtname !~ '^godwit_'
            UNION ALL
            SELECT 'statistics', format('%I.%I', n.nspname, x.stxname), '', concat_ws(' ', x.stxrelid, x.stxkeys::text)
            FROM pg_catalog.pg_statistic_ext x JOIN space n ON n.oid = x.stxnamespace
            """;

    /* An expression's tree tells where in the statement it stood, which means nothing. */
    private static final String EXACT =
            "concat_ws('|', portable, regexp_replace(exact, ':location -?[0-9]+', '', 'g'))";

    /** Kind, object, portable text and a hash of the exact one; parameters: taken, taken, left out. */
    static final String LINES = TAKEN + "SELECT kind, object, portable, md5(" + EXACT + ") FROM (" + RELATIONS + RIGHTS
            + OTHERS + ") AS line ORDER BY kind, object";

    /** One hash of all lines; the same parameters. */
    static final String DIGEST = TAKEN
            + "SELECT md5(string_agg(concat_ws('|', kind, object, " + EXACT + "), chr(10)"
            + " ORDER BY kind COLLATE \"C\", object COLLATE \"C\")) FROM (" + RELATIONS + RIGHTS + OTHERS + ") AS line";

    private ShapeSql() {}
}
