package godwit.postgres.move;

import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * The triggers and rules of people's that act once more on rows which Godwit applies: those that are ENABLE ALWAYS or ENABLE
 * REPLICA. What they do on one side comes to the other in its log as well, so it would be there twice.
 */
final class FiringTriggers {
    private static final String FIRING = """
            SELECT n.nspname, c.relname, 'trigger', t.tgname::text, t.tgenabled = 'A'
            FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE t.tgenabled IN ('A', 'R') AND NOT t.tgisinternal AND t.tgname !~ '^godwit_gate_'
            UNION ALL SELECT n.nspname, c.relname, 'rule', r.rulename::text, r.ev_enabled = 'A'
            FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE r.ev_enabled IN ('A', 'R') AND r.rulename <> '_RETURN' AND c.relkind IN ('r', 'p')
            ORDER BY 1, 2, 4""";

    private record Firing(TableName table, String kind, String name, boolean always) {}

    /** @param taken the tables that are moved */
    List<Finding> findings(Session session, Predicate<TableName> taken) {
        var findings = new ArrayList<Finding>();
        for (var each : session.query(
                FIRING,
                row -> new Firing(
                        TableName.of(row.getString(1), row.getString(2)),
                        row.getString(3),
                        row.getString(4),
                        row.getBoolean(5)))) {
            if (taken.test(each.table())) {
                findings.add(finding(each));
            }
        }
        return findings;
    }

    private static Finding finding(Firing each) {
        var word = each.kind().toUpperCase(Locale.ROOT);
        return Finding.blocking(
                "fires-when-applied",
                "The %s %s of %s is ENABLE %s: it would act once more on each row that is applied."
                        .formatted(each.kind(), each.name(), each.table(), each.always() ? "ALWAYS" : "REPLICA"),
                "For the time of the move: ALTER TABLE %s %s %s %s; or exclude the table."
                        .formatted(
                                each.table().sql(),
                                each.always() ? "ENABLE" : "DISABLE",
                                word,
                                new Identifier(each.name()).sql()),
                each.name(),
                each.table().plain());
    }
}
