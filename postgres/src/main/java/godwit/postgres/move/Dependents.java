package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Problem;
import godwit.postgres.Session;
import godwit.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/**
 * What others have hung on the objects that a run made on the target: tables in its schemas, partitions and children of its
 * tables, columns of its types, views, foreign keys.
 *
 * <p>An object is dropped only where nothing depends on it, which the server sees to. But partitions go along with their
 * table whoever made them, so they are looked for under the table's lock.
 */
final class Dependents {
    private static final int NAMED_MAX = 100;

    /*
     * Whatever depends on an object of the run is traced to the table or view that it is a part of. Sequences of columns and
     * what extensions brought go with these; temporary tables of Godwit's own end with their sessions.
     */
    private static final String RELATIONS = """
            WITH made AS (SELECT kind, identity, undo FROM godwit.made WHERE run = ?),
            own AS MATERIALIZED (
              SELECT c.oid, c.reltype FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              JOIN made m ON m.identity = n.nspname || '.' || c.relname
              WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S')
                AND m.kind IN ('table', 'view', 'empty view', 'materialized view', 'sequence')),
            types AS (
              SELECT t.oid, t.typarray FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
              JOIN made m ON m.identity = n.nspname || '.' || t.typname AND m.kind IN ('type', 'domain')
              UNION SELECT t.oid, t.typarray FROM pg_catalog.pg_type t JOIN own ON own.reltype = t.oid),
            routines AS (
              SELECT p.oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
              JOIN made m ON m.kind IN ('function', 'procedure', 'aggregate') AND m.identity = n.nspname || '.' || p.proname
                || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')'
              WHERE p.oid >= 16384),
            members AS (
              SELECT d.classid, d.objid FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
              JOIN made m ON m.kind = 'extension' AND m.identity = e.extname
              WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'),
            objects AS MATERIALIZED (
              SELECT 'pg_catalog.pg_class'::regclass AS class, oid FROM own
              UNION SELECT classid, objid FROM members
              UNION SELECT 'pg_catalog.pg_type'::regclass, t.typarray FROM members m JOIN pg_catalog.pg_type t
                ON m.classid = 'pg_catalog.pg_type'::regclass AND t.oid = m.objid
              UNION SELECT 'pg_catalog.pg_type'::regclass, r.rngmultitypid FROM pg_catalog.pg_range r
                JOIN types t ON t.oid = r.rngtypid
              UNION SELECT 'pg_catalog.pg_collation'::regclass, c.oid FROM pg_catalog.pg_collation c
                JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
                JOIN made m ON m.kind = 'collation' AND m.identity = n.nspname || '.' || c.collname
              UNION SELECT 'pg_catalog.pg_type'::regclass, oid FROM types
              UNION SELECT 'pg_catalog.pg_type'::regclass, typarray FROM types
              UNION SELECT 'pg_catalog.pg_proc'::regclass, oid FROM routines),
            dependent AS (
              SELECT d.classid, d.objid FROM pg_catalog.pg_depend d
              JOIN objects o ON o.class = d.refclassid AND o.oid = d.refobjid WHERE d.deptype = 'n'),
            found AS (
              SELECT d.objid AS oid FROM dependent d WHERE d.classid = 'pg_catalog.pg_class'::regclass
              UNION SELECT i.indrelid FROM dependent d JOIN pg_catalog.pg_index i
                ON d.classid = 'pg_catalog.pg_class'::regclass AND i.indexrelid = d.objid
              UNION SELECT r.ev_class FROM dependent d JOIN pg_catalog.pg_rewrite r
                ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid
              UNION SELECT k.conrelid FROM dependent d JOIN pg_catalog.pg_constraint k
                ON d.classid = 'pg_catalog.pg_constraint'::regclass AND k.oid = d.objid
              UNION SELECT a.adrelid FROM dependent d JOIN pg_catalog.pg_attrdef a
                ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND a.oid = d.objid
              UNION SELECT t.tgrelid FROM dependent d JOIN pg_catalog.pg_trigger t
                ON d.classid = 'pg_catalog.pg_trigger'::regclass AND t.oid = d.objid
              UNION SELECT p.polrelid FROM dependent d JOIN pg_catalog.pg_policy p
                ON d.classid = 'pg_catalog.pg_policy'::regclass AND p.oid = d.objid
              UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN own ON own.oid = i.inhparent
              UNION SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                JOIN made m ON m.kind = 'schema' AND m.identity = n.nspname AND m.undo LIKE 'DROP SCHEMA%')
            SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid IN (SELECT oid FROM found) AND c.oid NOT IN (SELECT oid FROM own)
              AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND (c.relpersistence <> 't' OR c.relname !~ '^godwit_((keys|rows|kept|added|touched)[0-9]+|differing)$')
              AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
                  AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i')))
            ORDER BY 1, 2 LIMIT\s""" + NAMED_MAX;

    private static final String PARTITIONED = """
            SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'p' AND n.nspname || '.' || c.relname = ?""";

    private static final String PARTITIONS = """
            SELECT n.nspname, c.relname FROM pg_catalog.pg_inherits i
            JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE i.inhparent = ?::pg_catalog.regclass ORDER BY 1, 2""";

    /** SQLSTATE dependent_objects_still_exist. */
    private static final String DEPENDENT = "2BP01";

    private final UUID run;

    Dependents(UUID run) {
        this.run = run;
    }

    /** Refuses where tables, views or sequences of others depend on what the run made. */
    void requireNone(Session target) {
        var found = relations(target);
        if (!found.isEmpty()) {
            throw problem(found).asException();
        }
    }

    private List<String> relations(Session target) {
        return target.is("SELECT pg_catalog.to_regclass('godwit.made') IS NOT NULL")
                ? target.query(
                        RELATIONS,
                        row -> TableName.of(row.getString(1), row.getString(2)).plain(),
                        run)
                : List.of();
    }

    /** Locks a table that is about to be dropped and refuses where it has partitions: those of the run are gone already. */
    void requireNoPartitions(Session session, String table) {
        for (var name : session.query(PARTITIONED, row -> TableName.of(row.getString(1), row.getString(2)), table)) {
            session.execute("LOCK TABLE ONLY " + name.sql() + " IN ACCESS EXCLUSIVE MODE");
            var partitions = session.query(
                    PARTITIONS,
                    row -> TableName.of(row.getString(1), row.getString(2)).plain(),
                    name.sql());
            if (!partitions.isEmpty()) {
                throw problem(partitions).asException();
            }
        }
    }

    /** The same failure; one of an object on which others depend with their names. */
    GodwitException named(Session target, String object, GodwitException failure) {
        if (failure.getCause() instanceof SQLException cause && DEPENDENT.equals(cause.getSQLState())) {
            var found = relations(target);
            return problem(found.isEmpty() ? List.of(object) : found).asException(failure);
        }
        return failure;
    }

    private static Problem problem(List<String> objects) {
        return Problem.of(
                        "others-depend",
                        "What the run did not make depends on what it made on the target, and would go with it.",
                        "Drop it or move it elsewhere, then roll back again; or keep what the run made there:"
                                + " godwit rollback --keep-target.")
                .withObjects(objects);
    }
}
