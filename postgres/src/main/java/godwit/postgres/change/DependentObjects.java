package godwit.postgres.change;

import godwit.Problem;
import godwit.change.plan.Analyst.Dependents;
import godwit.change.plan.CatalogTable;
import godwit.postgres.Session;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.catalog.SchemaReader;
import godwit.postgres.catalog.SchemaSelection;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What stands on columns that are to go: views are taken away for a moment, everything else is refused by name. */
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
              AND (d.classid = 'pg_catalog.pg_rewrite'::regclass
                OR k.contype IN ('c', 'p', 'u') AND k.conrelid = d.refobjid
                OR k.contype = 'f' AND k.conrelid = d.refobjid AND NOT (k.confrelid = d.refobjid AND a.attnum = ANY (k.confkey))
                OR c.relkind = 'i' OR f.adrelid = d.refobjid AND f.adnum = a.attnum OR t.tgisinternal) IS NOT TRUE
            UNION SELECT pg_catalog.pg_describe_object('pg_catalog.pg_class'::regclass, d.refobjid, d.refobjsubid)
                || ' is an identity or generated' FROM pg_catalog.pg_attribute a
              CROSS JOIN LATERAL (SELECT a.attrelid AS refobjid, a.attnum::int AS refobjsubid) d
              WHERE a.attrelid = ?::regclass AND a.attname = ANY (?) AND (a.attidentity <> '' OR a.attgenerated <> '')
            ORDER BY 1""";

    private final Session session;
    private final List<String> versions;

    /** @param versions the schemas of versions, whose views change with the table */
    DependentObjects(Session session, List<String> versions) {
        this.session = session;
        this.versions = versions;
    }

    private record View(Identifier schema, Identifier name, boolean materialized) {
        String sql() {
            return schema.sql() + "." + name.sql();
        }

        String plain() {
            return schema.name() + "." + name.name();
        }
    }

    Dependents of(CatalogTable table, List<Identifier> columns) {
        var names = columns.stream().map(Identifier::name).toArray(String[]::new);
        var others = columns.isEmpty()
                ? List.<String>of()
                : session.query(
                        OTHERS,
                        row -> row.getString(1),
                        table.name().sql(),
                        names,
                        table.name().sql(),
                        names);
        if (!others.isEmpty()) {
            throw refused(table, others);
        }
        var views = session.query(
                VIEWS,
                row -> new View(
                        new Identifier(row.getString(1)),
                        new Identifier(row.getString(2)),
                        row.getString(3).equals("m")),
                table.name().sql(),
                names,
                versions.toArray(String[]::new));
        var materialized =
                views.stream().filter(View::materialized).map(View::plain).toList();
        if (!materialized.isEmpty()) {
            throw refused(
                    table,
                    materialized.stream().map(v -> "materialized view " + v).toList());
        }
        return views.isEmpty() ? new Dependents(List.of(), List.of()) : remade(views);
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

    private Dependents remade(List<View> views) {
        var drop = views.stream()
                .map(view -> new SqlText("DROP VIEW " + view.sql()))
                .toList();
        var byName = definitions().stream()
                .filter(object -> object.kind().equals("view"))
                .collect(Collectors.toMap(SchemaObject::identity, Function.identity(), (a, b) -> b));
        var create = new ArrayList<SqlText>();
        for (var view : views.reversed()) {
            var object = byName.get(view.plain());
            if (object == null) {
                throw Problem.of(
                                "not-carried",
                                "The view %s cannot be read.".formatted(view.plain()),
                                "Look at its rules.")
                        .withObjects(List.of(view.plain()))
                        .asException();
            }
            object.create().forEach(statement -> create.add(new SqlText(statement)));
        }
        return new Dependents(drop, create);
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
