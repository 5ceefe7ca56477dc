package godwit.postgres.move;

import godwit.postgres.Session;
import godwit.postgres.catalog.Shape;
import godwit.postgres.catalog.ShapeReader;
import godwit.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Looks whether the tables that people have made on the target fit those of the source, and are empty. */
final class PreparedTables {
    private static final Set<String> COMPARED = Set.of("table", "column", "constraint", "index", "trigger", "policy");

    /** More than the source has that does no harm. */
    private static final Set<String> HARMLESS = Set.of("table", "index");

    /* What may not be read is found with the rights of Godwit's role. */
    private static final String READABLE = """
            SELECT count(*) > 0 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ? AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
              AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AND NOT pg_catalog.row_security_active(c.oid)""";

    private final ShapeReader shapes;
    private final LeftBehind left;

    PreparedTables(MoveContext context) {
        this.shapes = new ShapeReader(context.spec().tables());
        this.left = new LeftBehind(context.spec().conduct().leave());
    }

    List<Finding> findings(Session source, Session target, List<Table> tables) {
        var findings = new ArrayList<Finding>();
        shapes.read(source).unlike(shapes.read(target)).stream()
                .filter(PreparedTables::counts)
                .filter(unlike -> !left.explains(unlike))
                .map(PreparedTables::differs)
                .forEach(findings::add);
        for (var table : tables) {
            var name = table.name().sql();
            if (target.is(
                            READABLE,
                            table.name().schema().name(),
                            table.name().name().name())
                    && target.is("SELECT EXISTS (SELECT FROM ONLY " + name + ")")) {
                findings.add(Finding.blocking(
                        "target-table-not-empty",
                        "The target's table %s has rows.".formatted(table.name()),
                        "Empty it: what a prepared table holds would be lost.",
                        table.name().plain()));
            }
        }
        return List.copyOf(findings);
    }

    private static boolean counts(Shape.Unlike unlike) {
        var kind = unlike.object().kind();
        return COMPARED.contains(kind) && !(unlike.difference() == Shape.Difference.EXTRA && HARMLESS.contains(kind));
    }

    private static Finding differs(Shape.Unlike unlike) {
        var object = unlike.object();
        return Finding.blocking(
                "target-shape-differs",
                "%s is %s on the prepared target."
                        .formatted(
                                object.key(),
                                switch (unlike.difference()) {
                                    case MISSING -> "missing";
                                    case EXTRA -> "there only";
                                    case DIFFERENT -> "not alike";
                                }),
                "Make it there as it is on the source; godwit plan --sql shows how.",
                object.key());
    }
}
