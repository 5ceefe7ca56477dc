package godwit.postgres.change;

import godwit.postgres.Session;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.List;

/** People's triggers of a table, and what they call. */
final class TriggerFunctions {
    /** Of PL/pgSQL, which keeps plans in each session until the function is changed. */
    private static final String CALLED = """
            SELECT DISTINCT format('ALTER FUNCTION %s COST %s', p.oid::pg_catalog.regprocedure, p.procost),
                   p.oid::pg_catalog.regprocedure::text, pg_catalog.pg_has_role(p.proowner, 'USAGE')
            FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
            JOIN pg_catalog.pg_language l ON l.oid = p.prolang
            WHERE t.tgrelid = ?::pg_catalog.regclass AND NOT t.tgisinternal AND t.tgname !~ '^[!~]godwit_'
              AND l.lanname = 'plpgsql' ORDER BY 1""";

    private static final String FIRING = """
            SELECT tgname::text FROM pg_catalog.pg_trigger WHERE tgrelid = ?::pg_catalog.regclass AND NOT tgisinternal
              AND tgtype & 16 = 16 AND tgname !~ '^[!~]godwit_' AND tgenabled::text = ANY (?) ORDER BY 1""";

    private final Session session;

    TriggerFunctions(Session session) {
        this.session = session;
    }

    private record Called(SqlText touch, String name, boolean isOurs) {}

    private List<Called> called(TableName table) {
        return session.query(
                CALLED,
                row -> new Called(new SqlText(row.getString(1)), row.getString(2), row.getBoolean(3)),
                table.sql());
    }

    /** As {@link godwit.change.plan.Analyst#withoutKeptPlans}. */
    List<SqlText> withoutKeptPlans(TableName table) {
        return called(table).stream().filter(Called::isOurs).map(Called::touch).toList();
    }

    /** As {@link godwit.change.plan.Analyst#keepingPlans}. */
    List<String> keepingPlans(TableName table) {
        return called(table).stream()
                .filter(called -> !called.isOurs())
                .map(Called::name)
                .toList();
    }

    /**
     * As {@link godwit.change.plan.Analyst#firing}.
     *
     * @param passing whether rows are filled past the triggers that fire for clients
     */
    List<String> firing(TableName table, boolean passing) {
        return session.query(
                FIRING,
                row -> row.getString(1),
                table.sql(),
                passing ? new String[] {"A", "R"} : new String[] {"A", "O"});
    }
}
