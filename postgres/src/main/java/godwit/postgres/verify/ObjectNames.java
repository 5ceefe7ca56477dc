package godwit.postgres.verify;

import godwit.schema.Identifier;
import godwit.schema.Literal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How values of reg* columns are compared: by the names of their objects, where both sides have them.
 *
 * <p>A value whose object only one side has is there, on the other side, as its number, with the highest bit set where
 * that keeps it from naming another object. Such values, and those that name nothing on either side, are compared by
 * their numbers without that bit. Only columns that are of such a type themselves, not those that have it inside of
 * arrays, rows or ranges: these are compared as texts.
 *
 * @param unshared the objects that values name and only one side has, of each column
 * @param values how many values of the leader name an object that the follower lacks, by column
 */
record ObjectNames(Map<Identifier, Column> unshared, Map<Identifier, Long> values) {
    /** So many objects are known of a column; values of more are told as differences. */
    private static final int OBJECTS_MAX = 10_000;

    private static final Map<String, Kind> KINDS = Map.of(
            "regclass", new Kind("regclass", "pg_class"),
            "regtype", new Kind("regtype", "pg_type"),
            "regproc", new Kind("regprocedure", "pg_proc"),
            "regprocedure", new Kind("regprocedure", "pg_proc"),
            "regoper", new Kind("regoperator", "pg_operator"),
            "regoperator", new Kind("regoperator", "pg_operator"),
            "regrole", new Kind("regrole", "pg_roles"),
            "regnamespace", new Kind("regnamespace", "pg_namespace"),
            "regconfig", new Kind("regconfig", "pg_ts_config"),
            "regdictionary", new Kind("regdictionary", "pg_ts_dict"));

    /**
     * @param type whose output is no other object's
     * @param catalog where its objects are
     */
    private record Kind(String type, String catalog) {}

    /** @param names objects that only one side has */
    record Column(String type, Set<String> names) {}

    ObjectNames {
        unshared = Map.copyOf(unshared);
        values = Map.copyOf(values);
    }

    /** Asks both sides which objects the values of a table name; nothing for a table without such columns. */
    static ObjectNames of(ComparedTable table, Side leader, Side follower) {
        var unshared = new LinkedHashMap<Identifier, Column>();
        var values = new LinkedHashMap<Identifier, Long>();
        for (var column : table.columns()) {
            var type = table.leader().types().get(column.name());
            var kind = KINDS.get(String.valueOf(type));
            if (kind == null || !Objects.equals(type, table.follower().types().get(column.name()))) {
                continue;
            }
            var here = leader.read(session -> named(session, table, table.leader(), column, kind));
            var there = follower.read(session -> named(session, table, table.follower(), column, kind));
            var onlyHere = follower.read(session -> absent(session, kind, here.keySet()));
            var onlyThere = leader.read(session -> absent(session, kind, there.keySet()));
            var names = new LinkedHashSet<>(onlyHere);
            names.addAll(onlyThere);
            unshared.put(column, new Column(kind.type(), names));
            values.put(
                    column,
                    onlyHere.stream()
                            .mapToLong(name -> here.getOrDefault(name, 0L))
                            .sum());
        }
        return new ObjectNames(unshared, values);
    }

    private static Map<String, Long> named(
            Connection session, ComparedTable table, Relation side, Identifier column, Kind kind) throws SQLException {
        var name = name("r." + column.sql(), kind.type());
        var sql = "SELECT %s, count(*) FROM %s AS r WHERE %s !~ '^([0-9]+|-)$' GROUP BY 1 LIMIT %d"
                .formatted(name, side.selection().from(table.table().name()), name, OBJECTS_MAX);
        try (var statement = session.createStatement();
                var rows = statement.executeQuery(sql)) {
            var found = new LinkedHashMap<String, Long>();
            while (rows.next()) {
                found.put(rows.getString(1), rows.getLong(2));
            }
            return found;
        }
    }

    private static List<String> absent(Connection session, Kind kind, Collection<String> names) throws SQLException {
        if (names.isEmpty()) {
            return List.of();
        }
        var sql = "SELECT name FROM unnest(%s) AS name EXCEPT SELECT %s FROM pg_catalog.%s AS o"
                .formatted(array(names), name("o.oid", kind.type()), kind.catalog());
        try (var statement = session.createStatement();
                var rows = statement.executeQuery(sql)) {
            var absent = new ArrayList<String>();
            while (rows.next()) {
                absent.add(rows.getString(1));
            }
            return List.copyOf(absent);
        }
    }

    private static String name(String value, String type) {
        return value + "::pg_catalog." + type + "::pg_catalog.text";
    }

    private static String array(Collection<String> names) {
        return names.stream()
                .map(name -> new Literal(name).sql())
                .collect(Collectors.joining(", ", "ARRAY[", "]::text[]"));
    }

    /** Whether a column is compared so. */
    boolean has(Identifier column) {
        return unshared.containsKey(column);
    }

    /** What is compared of a value. */
    String compared(Identifier column, String value) {
        var known = unshared.get(column);
        if (known == null) {
            return value;
        }
        var name = name(value, known.type());
        var isNumber = name + " ~ '^[0-9]+$'" + (known.names().isEmpty() ? "" : " OR " + isUnshared(value, known));
        return "CASE WHEN %s THEN (%s::pg_catalog.oid::pg_catalog.int8 & 2147483647)::text ELSE %s END"
                .formatted(isNumber, value, name);
    }

    /** A value in the form in which the other side can read it. */
    String carried(Identifier column, String value) {
        var known = unshared.get(column);
        if (known == null || known.names().isEmpty()) {
            return value;
        }
        return "CASE WHEN %s THEN (%s::pg_catalog.oid::pg_catalog.int8 | 2147483648)::text ELSE %s::text END"
                .formatted(isUnshared(value, known), value, value);
    }

    private static String isUnshared(String value, Column column) {
        return name(value, column.type()) + " = ANY (" + array(column.names()) + ")";
    }
}
