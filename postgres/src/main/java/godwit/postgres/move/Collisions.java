package godwit.postgres.move;

import godwit.postgres.Session;
import godwit.postgres.catalog.SchemaObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Objects on the target whose names are wanted by objects to be made: some would fail half way, and CREATE OR REPLACE would
 * overwrite others. Schemas and extensions may be there.
 */
final class Collisions {
    /* Tables, views, indexes and sequences share their names; so do types and the rows of tables. */
    private static final String NAMES = """
            WITH space AS (SELECT oid, nspname FROM pg_catalog.pg_namespace
                           WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'godwit'))
            SELECT 'relation ' || nspname || '.' || relname FROM pg_catalog.pg_class JOIN space ON space.oid = relnamespace
            UNION ALL SELECT 'type ' || nspname || '.' || typname FROM pg_catalog.pg_type t
              JOIN space ON space.oid = typnamespace
              WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid)
            UNION ALL SELECT 'collation ' || nspname || '.' || collname FROM pg_catalog.pg_collation
              JOIN space ON space.oid = collnamespace
            UNION ALL SELECT 'statistics ' || nspname || '.' || stxname FROM pg_catalog.pg_statistic_ext
              JOIN space ON space.oid = stxnamespace
            UNION ALL SELECT 'publication ' || pubname FROM pg_catalog.pg_publication
            UNION ALL SELECT 'event trigger ' || evtname FROM pg_catalog.pg_event_trigger""";

    /* The names of arguments tell nothing apart, their types do. */
    private static final String ROUTINES = """
            SELECT nspname || '.' || proname || '(' || pg_catalog.oidvectortypes(proargtypes) || ')',
                   nspname || '.' || proname || '('
            FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'godwit')""";

    private static final Set<String> ROUTINE_KINDS = Set.of("function", "procedure", "aggregate");

    private record Routine(String signature, String start) {}

    /** The objects, as findings name them. */
    List<Finding> findings(Session source, Session target, List<SchemaObject> objects) {
        var there = new HashSet<>(target.query(NAMES, row -> row.getString(1)));
        var findings = new ArrayList<Finding>();
        for (var object : objects) {
            if (names(object).stream().anyMatch(there::contains)) {
                findings.add(exists(object.kind(), object.identity()));
            }
        }
        routines(source, target, objects).forEach(signature -> findings.add(exists("function", signature)));
        return findings;
    }

    private static List<String> names(SchemaObject object) {
        var name = object.identity();
        return switch (object.kind()) {
            case "table", "view", "materialized view" -> List.of("relation " + name, "type " + name);
            case "sequence", "index" -> List.of("relation " + name);
            case "type" -> List.of("type " + name, "relation " + name);
            case "domain" -> List.of("type " + name);
            case "collation", "statistics", "publication", "event trigger" -> List.of(object.kind() + " " + name);
            default -> List.of();
        };
    }

    private static List<String> routines(Session source, Session target, List<SchemaObject> objects) {
        var made = objects.stream()
                .filter(object -> ROUTINE_KINDS.contains(object.kind()))
                .map(object -> object.identity().substring(0, object.identity().indexOf('(') + 1))
                .toList();
        if (made.isEmpty()) {
            return List.of();
        }
        var there = new HashSet<>(target.query(ROUTINES, row -> row.getString(1)));
        return source.query(ROUTINES, row -> new Routine(row.getString(1), row.getString(2))).stream()
                .filter(routine -> made.contains(routine.start()) && there.contains(routine.signature()))
                .map(Routine::signature)
                .toList();
    }

    private static Finding exists(String kind, String name) {
        var table = kind.equals("table");
        return Finding.blocking(
                table ? "target-table-exists" : "target-object-exists",
                "The target has a %s %s already.".formatted(table ? "table" : "thing like the " + kind, name),
                "Drop or rename it there, or use an empty database.",
                table ? name : kind + " " + name);
    }
}
