package godwit.postgres.change;

import godwit.Problem;
import godwit.change.plan.Analyst.Dependent;
import godwit.change.plan.Analyst.Leaving;
import godwit.change.plan.CatalogTable;
import godwit.postgres.Session;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.catalog.SchemaReader;
import godwit.postgres.catalog.SchemaSelection;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What stands on columns that are to go: views, policies and statistics are taken away for a moment, everything else is refused
 * by name.
 */
final class DependentObjects {
    private static final String VIEWS = """
            WITH RECURSIVE found (oid, depth) AS (
              SELECT r.ev_class, 1 FROM pg_catalog.pg_depend d
              JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid
              JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
              WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ?::regclass AND a.attname = ANY (?)
              UNION
              SELECT r.ev_class, f.depth + 1 FROM found f
              JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = f.oid
                AND d.classid = 'pg_catalog.pg_rewrite'::regclass
              JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid WHERE r.ev_class <> f.oid AND f.depth < 50)
            SELECT n.nspname, c.relname, c.relkind, max(f.depth) FROM found f JOIN pg_catalog.pg_class c ON c.oid = f.oid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname <> 'godwit' AND n.nspname <> ALL (?)
            GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2""";

    /** Indexes, constraints and defaults of the table's own are carried or go with the column. */
    private static final String OTHERS = """
            SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)
            FROM pg_catalog.pg_depend d
            JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            LEFT JOIN pg_catalog.pg_constraint k ON d.classid = 'pg_catalog.pg_constraint'::regclass AND k.oid = d.objid
            LEFT JOIN pg_catalog.pg_class c ON d.classid = 'pg_catalog.pg_class'::regclass AND c.oid = d.objid
            LEFT JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND f.oid = d.objid
            LEFT JOIN pg_catalog.pg_trigger t ON d.classid = 'pg_catalog.pg_trigger'::regclass AND t.oid = d.objid
            WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ?::regclass AND a.attname = ANY (?)
              AND (d.classid IN ('pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_statistic_ext'::regclass)
                OR d.classid = 'pg_catalog.pg_policy'::regclass AND a.attname <> ALL (?)
                OR k.contype IN ('c', 'p', 'u') AND k.conrelid = d.refobjid
                OR k.contype = 'f' AND CASE WHEN k.confrelid = d.refobjid AND a.attnum = ANY (k.confkey)
                                            THEN a.attname <> ALL (?) AND k.conrelid = ANY (?::text[]::pg_catalog.regclass[])
                                            ELSE true END
                OR c.relkind IN ('i', 'S') OR f.adrelid = d.refobjid AND f.adnum = a.attnum OR t.tgisinternal) IS NOT TRUE
            UNION SELECT pg_catalog.pg_describe_object('pg_catalog.pg_class'::regclass, d.refobjid, d.refobjsubid)
                || ' is an identity or generated' FROM pg_catalog.pg_attribute a
              CROSS JOIN LATERAL (SELECT a.attrelid AS refobjid, a.attnum::int AS refobjsubid) d
              WHERE a.attrelid = ?::regclass AND a.attname = ANY (?)
                AND (a.attgenerated <> '' OR a.attidentity <> '' AND a.attname <> ALL (?))
            ORDER BY 1""";

    /** Policies of any table, and statistics, that name columns which others replace. */
    private static final String NAMED = """
            SELECT DISTINCT 'policy', p.polname || ' on ' || n.nspname || '.' || c.relname
            FROM pg_catalog.pg_depend d
            JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            JOIN pg_catalog.pg_policy p ON p.oid = d.objid JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE d.classid = 'pg_catalog.pg_policy'::regclass AND d.refobjid = ?::regclass AND a.attname = ANY (?)
            UNION SELECT DISTINCT 'statistics', n.nspname || '.' || s.stxname FROM pg_catalog.pg_depend d
            JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            JOIN pg_catalog.pg_statistic_ext s ON s.oid = d.objid JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
            WHERE d.classid = 'pg_catalog.pg_statistic_ext'::regclass AND d.refobjid = ?::regclass AND a.attname = ANY (?)
            ORDER BY 1, 2""";

    /** The types that identities have. */
    private static final Set<String> INTEGERS = Set.of("smallint", "integer", "bigint");

    private final Session session;
    private final List<String> versions;
    private final CatalogTable table;
    private final Leaving leaving;

    /** @param versions the schemas of versions, whose views change with the table */
    DependentObjects(Session session, List<String> versions, Leaving leaving) {
        this.session = session;
        this.versions = versions;
        this.table = leaving.table();
        this.leaving = leaving;
    }

    private record View(Identifier schema, Identifier name, boolean materialized) {
        String sql() {
            return schema.sql() + "." + name.sql();
        }

        String plain() {
            return schema.name() + "." + name.name();
        }
    }

    private record Named(String kind, String identity) {}

    List<Dependent> all() {
        var gone = names(Stream.concat(leaving.dropped().stream(), leaving.replaced().keySet().stream()));
        var others = gone.length == 0 ? List.<String>of() : others(gone);
        if (!others.isEmpty()) {
            throw refused(table, others);
        }
        var views = views(gone);
        var materialized =
                views.stream().filter(View::materialized).map(View::plain).toList();
        if (!materialized.isEmpty()) {
            throw refused(
                    table,
                    materialized.stream().map(v -> "materialized view " + v).toList());
        }
        var unmakeable = views(names(leaving.dropped().stream()));
        if (!unmakeable.isEmpty()) {
            throw refused(
                    table, unmakeable.stream().map(v -> "view " + v.plain()).toList());
        }
        var named = named();
        return views.isEmpty() && named.isEmpty() ? List.of() : remade(views, named);
    }

    /** What has a name of its own and no rows, by its kind and name. */
    private List<Named> named() {
        var replaced = names(leaving.replaced().keySet().stream());
        return session.query(
                NAMED,
                row -> new Named(row.getString(1), row.getString(2)),
                table.name().sql(),
                replaced,
                table.name().sql(),
                replaced);
    }

    /** @throws godwit.GodwitException not-carried, where people's views stand on the table */
    void requireNone() {
        var found = views(names(leaving.dropped().stream())).stream()
                .map(View::plain)
                .toList();
        if (!found.isEmpty()) {
            throw refused(table, found);
        }
    }

    private List<View> views(String[] gone) {
        return session.query(
                VIEWS,
                row -> new View(
                        new Identifier(row.getString(1)),
                        new Identifier(row.getString(2)),
                        row.getString(3).equals("m")),
                table.name().sql(),
                gone,
                versions.toArray(String[]::new));
    }

    private List<String> others(String[] gone) {
        return session.query(
                OTHERS,
                row -> row.getString(1),
                table.name().sql(),
                gone,
                names(leaving.dropped().stream()),
                names(leaving.dropped().stream()),
                leaving.changed().stream().map(TableName::sql).toArray(String[]::new),
                table.name().sql(),
                gone,
                names(leaving.replaced().entrySet().stream()
                        .filter(entry -> INTEGERS.contains(entry.getValue().sql()))
                        .map(Map.Entry::getKey)));
    }

    private static String[] names(Stream<Identifier> columns) {
        return columns.map(Identifier::name).toArray(String[]::new);
    }

    private static RuntimeException refused(CatalogTable table, List<String> objects) {
        return Problem.of(
                        "not-carried",
                        "What stands on the columns of %s that change cannot be carried over: %s."
                                .formatted(table.name().plain(), String.join(", ", objects)),
                        "Take it away first and make it again when the change is complete.")
                .withObjects(objects)
                .asException();
    }

    private List<Dependent> remade(List<View> views, List<Named> named) {
        var definitions = definitions();
        return Stream.concat(
                        views.stream()
                                .map(view -> remade(
                                        "DROP VIEW " + view.sql(),
                                        found(definitions, new Named("view", view.plain())))),
                        named.stream().map(one -> found(definitions, one)).map(object -> remade(object.drop(), object)))
                .toList();
    }

    private static SchemaObject found(List<SchemaObject> definitions, Named one) {
        return definitions.stream()
                .filter(object ->
                        object.kind().equals(one.kind()) && object.identity().equals(one.identity()))
                .findFirst()
                .orElseThrow(() -> Problem.of(
                                "not-carried",
                                "The %s %s cannot be read.".formatted(one.kind(), one.identity()),
                                "Look at its rules.")
                        .withObjects(List.of(one.identity()))
                        .asException());
    }

    private static Dependent remade(String drop, SchemaObject object) {
        return new Dependent(
                new SqlText(drop), object.create().stream().map(SqlText::new).toList());
    }

    private List<SchemaObject> definitions() {
        try {
            return new SchemaReader(session.connection())
                    .read(SchemaSelection.everything())
                    .objects();
        } catch (SQLException e) {
            throw session.failed(e);
        }
    }
}
