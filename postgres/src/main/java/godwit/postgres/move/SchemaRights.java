package godwit.postgres.move;

import godwit.postgres.Session;
import godwit.postgres.catalog.SchemaObject;
import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Whether a role that is no superuser can make the objects of the schemas, and give them to their owners. */
final class SchemaRights {
    /* ALTER … OWNER TO asks whether the new owner may create in the schema (PostgreSQL manual, ALTER TABLE). */
    private static final String OWNERS = """
            WITH owned (catalog, oid, owner, namespace, name, is_table) AS (
                SELECT 'pg_class'::regclass, oid, relowner, relnamespace, relname, relkind IN ('r', 'p')
                FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm') AND relpersistence = 'p'
                UNION ALL SELECT 'pg_proc'::regclass, oid, proowner, pronamespace, proname, false FROM pg_catalog.pg_proc
                UNION ALL SELECT 'pg_type'::regclass, oid, typowner, typnamespace, typname, false
                          FROM pg_catalog.pg_type WHERE typtype IN ('e', 'd', 'r'))
            SELECT pg_get_userbyid(o.owner), n.nspname, o.name, o.is_table
            FROM owned o JOIN pg_catalog.pg_namespace n ON n.oid = o.namespace
            WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'godwit')
              AND NOT pg_catalog.has_schema_privilege(o.owner, n.oid, 'CREATE')
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                              WHERE d.classid = o.catalog AND d.objid = o.oid AND d.deptype IN ('e', 'i'))
            ORDER BY 1, 2""";

    /** Whoever owns the database may create in what belongs to pg_database_owner; the target's has another owner. */
    private static final String BY_DATABASE = """
            SELECT pg_get_userbyid(d.datdba), n.nspname
            FROM pg_catalog.pg_database d, pg_catalog.pg_namespace n
            WHERE d.datname = current_database() AND pg_get_userbyid(n.nspowner) = 'pg_database_owner'
              AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relowner = d.datdba)
              AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(n.nspacl) a
                              WHERE a.privilege_type = 'CREATE' AND a.grantee IN (0, d.datdba))""";

    private static final String BARRED = """
            SELECT EXISTS (SELECT FROM pg_catalog.pg_roles r, pg_catalog.pg_namespace n WHERE r.rolname = ? AND n.nspname = ?
              AND NOT pg_catalog.has_schema_privilege(r.oid, n.oid, 'CREATE'))""";

    private static final String CLOSED = """
            SELECT nspname FROM pg_catalog.pg_namespace
            WHERE nspname = ANY (?::text[]) AND NOT pg_catalog.has_schema_privilege(oid, 'CREATE') ORDER BY 1""";

    private static final Set<String> IN_SCHEMA = Set.of(
            "table",
            "view",
            "materialized view",
            "sequence",
            "type",
            "domain",
            "function",
            "procedure",
            "aggregate",
            "collation",
            "statistics");

    private record Owned(String owner, String schema) {}

    private final Predicate<TableName> tables;

    SchemaRights(Predicate<TableName> tables) {
        this.tables = tables;
    }

    /** Looks at the owners on the source, and on the target at the schemas that are there already. */
    List<Finding> findings(Session source, Session target, List<SchemaObject> objects) {
        if (MakingRights.isSuperuser(target)) {
            return List.of();
        }
        var findings = new ArrayList<Finding>();
        barred(source, target.text("SELECT current_user"))
                .forEach(owned -> findings.add(Finding.blocking(
                        "owner-may-not-create",
                        "The role %s owns objects in the schema %s, in which it may not create."
                                .formatted(owned.owner(), owned.schema()),
                        "GRANT CREATE ON SCHEMA %s TO %s on the source, else only a superuser can give it objects."
                                .formatted(new Identifier(owned.schema()).sql(), new Identifier(owned.owner()).sql()),
                        owned.schema())));
        findings.addAll(byDatabase(source, target));
        var used = objects.stream()
                .filter(object -> IN_SCHEMA.contains(object.kind()))
                .map(object -> object.identity().substring(0, object.identity().indexOf('.')))
                .distinct()
                .toArray(String[]::new);
        target.query(CLOSED, row -> row.getString(1), (Object) used)
                .forEach(schema -> findings.add(Finding.blocking(
                        "schema-not-allowed",
                        "Godwit's role may not create in the schema %s of the target.".formatted(schema),
                        "GRANT CREATE ON SCHEMA … TO it.",
                        schema)));
        return findings;
    }

    private static List<Finding> byDatabase(Session source, Session target) {
        return source.query(BY_DATABASE, row -> new Owned(row.getString(1), row.getString(2))).stream()
                .filter(owned -> target.is(BARRED, owned.owner(), owned.schema()))
                .map(owned -> Finding.blocking(
                        "owner-may-not-create",
                        "The role %s may create in the schema %s of the source because it owns the database, but not of the target."
                                .formatted(owned.owner(), owned.schema()),
                        "On the target, in the database: GRANT CREATE ON SCHEMA %s TO %s."
                                .formatted(new Identifier(owned.schema()).sql(), new Identifier(owned.owner()).sql()),
                        owned.schema()))
                .toList();
    }

    /** Godwit's own role is the first owner of all that it makes there, and needs no such right on the source. */
    private Set<Owned> barred(Session source, String own) {
        var barred = new LinkedHashSet<Owned>();
        source.query(OWNERS, row -> {
            var goes = !row.getBoolean(4) || tables.test(TableName.of(row.getString(2), row.getString(3)));
            if (goes && !own.equals(row.getString(1))) {
                barred.add(new Owned(row.getString(1), row.getString(2)));
            }
            return true;
        });
        return barred;
    }
}
