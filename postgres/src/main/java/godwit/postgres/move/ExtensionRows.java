package godwit.postgres.move;

import godwit.postgres.Session;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows that people keep in tables of extensions, such as the codes of a coordinate system: an extension makes its tables
 * anew, and only what it declares as configuration is people's own (PostgreSQL manual, 38.17.3).
 */
final class ExtensionRows {
    private static final String TABLES = """
            SELECT n.nspname, c.relname, e.extname, c.relkind = 'S',
                   coalesce((e.extcondition)[x.place], ''),
                   pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
            FROM pg_catalog.pg_extension e
            CROSS JOIN LATERAL unnest(e.extconfig) WITH ORDINALITY AS x (relation, place)
            JOIN pg_catalog.pg_class c ON c.oid = x.relation JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'S') ORDER BY 1, 2""";

    private record Configuration(
            TableName table, String extension, boolean sequence, String condition, boolean readable) {}

    private final MoveContext context;

    ExtensionRows(MoveContext context) {
        this.context = context;
    }

    List<Finding> findings(Session source) {
        var findings = new ArrayList<Finding>();
        var taken = context.taken(source);
        for (var one : source.query(
                TABLES,
                row -> new Configuration(
                        TableName.of(row.getString(1), row.getString(2)),
                        row.getString(3),
                        row.getBoolean(4),
                        row.getString(5),
                        row.getBoolean(6)))) {
            if (taken.test(one.table()) && hasRows(source, one)) {
                findings.add(Finding.blocking(
                        "extension-rows-not-carried",
                        "%s of the extension %s %s, which are not carried."
                                .formatted(
                                        one.table(),
                                        one.extension(),
                                        one.readable()
                                                ? "has rows or values of your own"
                                                : "may have rows, which Godwit's role may not read"),
                        "Bring them to the target by hand, and exclude the table to say so.",
                        one.table().plain()));
            }
        }
        return findings;
    }

    /** The condition is the extension's own text, as pg_dump runs it too. */
    private static boolean hasRows(Session source, Configuration one) {
        if (!one.readable()) {
            return true;
        }
        return one.sequence()
                ? source.is("SELECT is_called FROM " + one.table().sql())
                : source.is("SELECT EXISTS (SELECT FROM " + one.table().sql() + " " + one.condition() + ")");
    }
}
