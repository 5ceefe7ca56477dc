package godwit.postgres.move;

import godwit.postgres.Session;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.List;

/**
 * What a source has that belongs to no object which is moved, so that a move leaves it where it is: each is named with the
 * statement that makes it. Of a setting only the name is told, because its value may be a secret.
 */
final class DatabaseItself {
    private static final String SETTINGS = """
            SELECT 'setting ' || split_part(one.setting, '=', 1) || coalesce(' of the role ' || r.rolname, ''),
                   CASE WHEN r.oid IS NULL THEN format('ALTER DATABASE %I', ?)
                        ELSE format('ALTER ROLE %I IN DATABASE %I', r.rolname, ?) END
                   || ' SET ' || split_part(one.setting, '=', 1) || ' = …'
            FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
            CROSS JOIN LATERAL unnest(s.setconfig) AS one (setting) LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
            WHERE d.datname = current_database() ORDER BY 1""";

    private static final String GRANTS = """
            SELECT 'privilege ' || x.privilege_type || ' on the database of ' || taker,
                   CASE WHEN given THEN 'GRANT ' ELSE 'REVOKE ' END || x.privilege_type || format(' ON DATABASE %I ', ?)
                   || CASE WHEN given THEN 'TO ' ELSE 'FROM ' END || quoted
                   || CASE WHEN given AND is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
            FROM pg_catalog.pg_database d CROSS JOIN LATERAL (
              (SELECT true AS given, * FROM aclexplode(d.datacl)
               EXCEPT SELECT true, * FROM aclexplode(acldefault('d', d.datdba)))
              UNION ALL (SELECT false, * FROM aclexplode(acldefault('d', d.datdba))
               EXCEPT SELECT false, * FROM aclexplode(d.datacl))) x
            CROSS JOIN LATERAL (SELECT CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee) END AS taker,
              CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END AS quoted) named
            WHERE d.datname = current_database() AND d.datacl IS NOT NULL
              AND taker <> CASE x.grantee WHEN 0 THEN '' ELSE current_user END
            ORDER BY given, 1""";

    private static final String PROPERTIES = """
            SELECT 'comment on the database',
                   format('COMMENT ON DATABASE %I IS %L', ?, shobj_description(oid, 'pg_database'))
            FROM pg_catalog.pg_database
            WHERE datname = current_database() AND shobj_description(oid, 'pg_database') IS NOT NULL
            UNION ALL
            SELECT 'connection limit of the database', format('ALTER DATABASE %I CONNECTION LIMIT %s', ?, datconnlimit)
            FROM pg_catalog.pg_database WHERE datname = current_database() AND datconnlimit >= 0""";

    /* What a server's own objects had at first is in pg_init_privs, but what the information schema gives to all. */
    private static final String SYSTEM_GRANTS = """
            WITH held (catalog, oid, part, owner, acl, base, object) AS (
                SELECT 'pg_class'::regclass, c.oid, 0, relowner, relacl, acldefault('r', relowner),
                       'TABLE ' || c.oid::regclass
                FROM pg_catalog.pg_class c WHERE relacl IS NOT NULL
              UNION ALL
                SELECT 'pg_class'::regclass, c.oid, attnum, relowner, attacl, acldefault('c', relowner),
                       'TABLE ' || c.oid::regclass
                FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON attrelid = c.oid
                WHERE attacl IS NOT NULL AND NOT attisdropped
              UNION ALL
                SELECT 'pg_proc'::regclass, oid, 0, proowner, proacl, acldefault('f', proowner),
                       'FUNCTION ' || oid::regprocedure
                FROM pg_catalog.pg_proc WHERE proacl IS NOT NULL
              UNION ALL
                SELECT 'pg_type'::regclass, oid, 0, typowner, typacl, acldefault('T', typowner),
                       'TYPE ' || oid::regtype
                FROM pg_catalog.pg_type WHERE typacl IS NOT NULL
              UNION ALL
                SELECT 'pg_language'::regclass, oid, 0, lanowner, lanacl, acldefault('l', lanowner),
                       'LANGUAGE ' || quote_ident(lanname)
                FROM pg_catalog.pg_language WHERE lanacl IS NOT NULL
              UNION ALL
                SELECT 'pg_namespace'::regclass, oid, 0, nspowner, nspacl, acldefault('n', nspowner),
                       'SCHEMA ' || quote_ident(nspname)
                FROM pg_catalog.pg_namespace WHERE nspacl IS NOT NULL AND nspname <> 'public'),
            made AS (
                SELECT held.*, coalesce((SELECT initprivs FROM pg_catalog.pg_init_privs i
                    WHERE i.objoid = held.oid AND i.classoid = held.catalog AND i.objsubid = held.part), base) AS first
                FROM held WHERE oid < 16384)
            SELECT x.privilege_type || ' on ' || object || coalesce(' ' || columns, '') || ' of ' || taker,
                   CASE WHEN given THEN 'GRANT ' ELSE 'REVOKE ' END || x.privilege_type || coalesce(' ' || columns, '')
                   || ' ON ' || object || CASE WHEN given THEN ' TO ' ELSE ' FROM ' END || quoted
            FROM (SELECT * FROM made WHERE acl <> first) made CROSS JOIN LATERAL (
                (SELECT true AS given, * FROM aclexplode(acl) EXCEPT SELECT true, * FROM aclexplode(first))
                UNION ALL
                (SELECT false, * FROM aclexplode(first) EXCEPT SELECT false, * FROM aclexplode(acl))) x
            CROSS JOIN LATERAL (SELECT CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee) END AS taker,
              CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END AS quoted,
              (SELECT '(' || quote_ident(attname) || ')' FROM pg_catalog.pg_attribute
               WHERE part > 0 AND attrelid = made.oid AND attnum = part) AS columns) named
            WHERE NOT (given AND grantee = 0 AND object ~ ' information_schema')
            ORDER BY 1""";

    /* Of a server's own objects only tables and their columns have no comments at first. */
    private static final String SYSTEM_COMMENTS = """
            SELECT 'comment on ' || pg_describe_object(classoid, objoid, objsubid),
                   CASE WHEN objsubid = 0
                        THEN format('COMMENT ON %s %s IS %L', CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END,
                                    objoid::regclass, description)
                        ELSE format('COMMENT ON COLUMN %s.%I IS %L', objoid::regclass,
                                    (SELECT attname FROM pg_catalog.pg_attribute
                                     WHERE attrelid = objoid AND attnum = objsubid), description) END
            FROM pg_catalog.pg_description JOIN pg_catalog.pg_class c ON c.oid = objoid
            WHERE classoid = 'pg_catalog.pg_class'::regclass AND objoid < 16384 ORDER BY 1""";

    private static final String INVALID_INDEXES = """
            SELECT 'index ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid), n.nspname, c.relname
            FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT (i.indisvalid AND i.indisready) AND c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_'
            ORDER BY 1""";

    private final MoveContext context;
    private final List<Finding> findings = new ArrayList<>();

    DatabaseItself(MoveContext context) {
        this.context = context;
    }

    List<Finding> findings(Session source, Session target) {
        var name = target.text("SELECT current_database()");
        tell(source, "database-setting-not-carried", SETTINGS, name, name);
        tell(source, "database-grant-not-carried", GRANTS, name);
        tell(source, "database-property-not-carried", PROPERTIES, name, name);
        tell(source, "system-grant-not-carried", SYSTEM_GRANTS);
        tell(source, "system-comment-not-carried", SYSTEM_COMMENTS);
        var taken = context.taken(source);
        source.query(INVALID_INDEXES, row -> {
            if (taken.test(TableName.of(row.getString(3), row.getString(4)))) {
                add("index-invalid", row.getString(1), row.getString(2));
            }
            return true;
        });
        return findings;
    }

    private void tell(Session source, String code, String sql, Object... names) {
        source.query(
                sql,
                row -> {
                    add(code, row.getString(1), row.getString(2));
                    return true;
                },
                names);
    }

    private void add(String code, String object, String statement) {
        var why = code.equals("index-invalid") ? "is not valid on the source and is not made" : "is not carried";
        findings.add(Finding.warning(
                code, "%s %s.".formatted(object, why), "Where it is wanted, run on the target: " + statement, object));
    }
}
