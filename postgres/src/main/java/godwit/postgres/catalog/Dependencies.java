package godwit.postgres.catalog;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What stands on what, as the server records it (PostgreSQL manual, pg_depend).
 *
 * <p>The catalog has many objects that people do not see as such: a table's row type, a view's rule, a constraint's
 * index. Here each stands for the object that it comes and goes with.
 */
final class Dependencies {
    /** A partition's index, key or trigger depends on its parent's; the script makes both and joins them. */
    private static final String EDGES = """
            SELECT d.classid::regclass::text AS catalog, d.objid AS oid,
                   d.refclassid::regclass::text AS "neededCatalog", d.refobjid AS needed
            FROM pg_catalog.pg_depend d
            WHERE d.deptype NOT IN ('P', 'S', 'e', 'x', 'p') AND d.refobjid >= 16384
            GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
            """;

    private static final String STAND_INS = """
            SELECT 'pg_type' AS catalog, typarray AS oid, 'pg_type' AS "forCatalog", oid AS for
            FROM pg_catalog.pg_type WHERE typarray <> 0 AND oid >= 16384
            UNION ALL SELECT 'pg_type', t.oid, 'pg_class', c.oid FROM pg_catalog.pg_type t
                      JOIN pg_catalog.pg_class c ON c.oid = t.typrelid WHERE c.relkind <> 'c' AND c.oid >= 16384
            UNION ALL SELECT 'pg_class', c.oid, 'pg_type', c.reltype FROM pg_catalog.pg_class c WHERE c.relkind = 'c'
            UNION ALL SELECT 'pg_type', rngmultitypid, 'pg_type', rngtypid FROM pg_catalog.pg_range
                      WHERE rngtypid >= 16384
            UNION ALL SELECT 'pg_rewrite', oid, 'pg_class', ev_class FROM pg_catalog.pg_rewrite
                      WHERE rulename = '_RETURN' AND oid >= 16384
            UNION ALL SELECT 'pg_class', conindid, 'pg_constraint', oid FROM pg_catalog.pg_constraint
                      WHERE contype IN ('p', 'u', 'x')
            UNION ALL SELECT 'pg_constraint', oid, 'pg_class', conrelid FROM pg_catalog.pg_constraint
                      WHERE contype = 'n' AND conrelid <> 0 AND convalidated
            UNION ALL SELECT 'pg_constraint', oid, 'pg_type', contypid FROM pg_catalog.pg_constraint
                      WHERE contype = 'n' AND contypid <> 0
            UNION ALL SELECT 'pg_attrdef', d.oid, 'pg_class', d.adrelid FROM pg_catalog.pg_attrdef d
                      JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
                      WHERE a.attgenerated <> ''
            UNION ALL SELECT 'pg_class', i.objid, 'pg_class', i.refobjid FROM pg_catalog.pg_depend i
                      JOIN pg_catalog.pg_class s ON s.oid = i.objid AND s.relkind = 'S'
                      WHERE i.classid = 'pg_class'::regclass AND i.refclassid = 'pg_class'::regclass AND i.deptype = 'i'
            UNION ALL SELECT i.classid::regclass::text, i.objid, 'pg_type', i.refobjid FROM pg_catalog.pg_depend i
                      WHERE i.classid IN ('pg_proc'::regclass, 'pg_cast'::regclass)
                        AND i.refclassid = 'pg_type'::regclass AND i.deptype = 'i'
            """;

    private static final String MEMBERS = """
            SELECT classid::regclass::text AS catalog, objid AS oid, 'pg_extension' AS "forCatalog", refobjid AS for
            FROM pg_catalog.pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
            """;

    private static final int CHAIN_MAX = 16;

    private record Pair(Address from, Address to) {}

    private final Map<Address, List<Address>> edges;
    private final Map<Address, Address> standIns;
    private final Set<Address> members;

    private Dependencies(List<Pair> edges, List<Pair> standIns, List<Pair> members) {
        this.edges = edges.stream()
                .collect(Collectors.groupingBy(Pair::from, Collectors.mapping(Pair::to, Collectors.toList())));
        this.standIns = new HashMap<>();
        standIns.forEach(pair -> this.standIns.put(pair.from(), pair.to()));
        members.forEach(pair -> this.standIns.put(pair.from(), pair.to()));
        this.members = members.stream().map(Pair::from).collect(Collectors.toSet());
    }

    static Dependencies read(Catalog catalog) throws SQLException {
        return new Dependencies(
                catalog.list(
                        EDGES,
                        row -> new Pair(
                                new Address(row.text("catalog"), row.number("oid")),
                                new Address(row.text("neededCatalog"), row.number("needed")))),
                catalog.list(STAND_INS, Dependencies::standIn),
                catalog.list(MEMBERS, Dependencies::standIn));
    }

    private static Pair standIn(Row row) throws SQLException {
        return new Pair(
                new Address(row.text("catalog"), row.number("oid")),
                new Address(row.text("forCatalog"), row.number("for")));
    }

    /** Whether it came with an extension. */
    boolean isMember(Address address) {
        return members.contains(address);
    }

    /** The object that it comes and goes with: itself, if people see it as one. */
    Address visible(Address address) {
        var seen = address;
        for (var step = 0; step < CHAIN_MAX && standIns.containsKey(seen); step++) {
            seen = standIns.get(seen);
        }
        return seen;
    }

    /** What each visible object stands on, without itself. */
    Map<Address, Set<Address>> visibleNeeds() {
        var needs = new HashMap<Address, Set<Address>>();
        edges.forEach((from, all) -> {
            var object = visible(from);
            for (var to : all) {
                var needed = visible(to);
                if (!needed.equals(object)) {
                    needs.computeIfAbsent(object, key -> new LinkedHashSet<>()).add(needed);
                }
            }
        });
        return needs;
    }

    /** What an empty form of a view or function stands on: the types of its columns or arguments. */
    Set<Address> needsOfShape(Address address) {
        var needs = new HashSet<Address>();
        for (var needed : edges.getOrDefault(address, List.of())) {
            if (Set.of("pg_type", "pg_namespace", "pg_collation").contains(needed.catalog())) {
                needs.add(visible(needed));
            }
        }
        needs.remove(address);
        return needs;
    }
}
