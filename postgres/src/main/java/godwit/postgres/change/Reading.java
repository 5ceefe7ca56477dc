package godwit.postgres.change;

import godwit.GodwitException;
import godwit.Problem;
import godwit.change.plan.Analyst.Expression;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.postgresql.core.Parser;

/** Has the server read people's SQL, in temporary tables and views of a transaction that is rolled back. */
final class Reading {
    private static final String ROW = "pg_temp._godwit_row";
    private static final String VALUE = "pg_temp._godwit_value";

    private static final String USED = """
            SELECT DISTINCT a.attname::text FROM pg_catalog.pg_rewrite r
            JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
            JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE r.ev_class = 'pg_temp._godwit_value'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
              AND d.refobjid = 'pg_temp._godwit_row'::regclass AND d.refobjsubid > 0""";

    private final Session session;
    private final List<Identifier> path;

    Reading(Session session, List<Identifier> path) {
        this.session = session;
        this.path = path;
    }

    /** Does some work in a transaction that leaves nothing. */
    <T> T forNothing(Supplier<T> work) {
        session.begin();
        try {
            var names = path.stream().map(Identifier::sql).collect(Collectors.joining(", "));
            session.text(
                    "SELECT set_config('search_path', ?, true)",
                    "pg_catalog" + (names.isEmpty() ? "" : ", " + names) + ", pg_temp");
            return work.get();
        } finally {
            session.rollback();
        }
    }

    SqlText type(String text) {
        return forNothing(() -> {
            read("type-unknown", text, "CREATE TEMPORARY TABLE _godwit_row (c " + new SqlText(text) + ")");
            return new SqlText(
                    session.text("SELECT pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute"
                            + " WHERE attrelid = 'pg_temp._godwit_row'::regclass AND attnum = 1"));
        });
    }

    Expression expression(Map<Identifier, SqlText> row, Identifier alias, String text, SqlText result) {
        return forNothing(() -> {
            session.execute("CREATE TEMPORARY TABLE _godwit_row (" + columns(row) + ")");
            read(
                    "expression-invalid",
                    text,
                    "CREATE TEMPORARY VIEW _godwit_value AS SELECT (" + new SqlText(text) + ") AS value FROM " + ROW
                            + " AS " + alias.sql());
            session.execute("CREATE TEMPORARY TABLE _godwit_result (value " + result + ")");
            read("expression-invalid", text, "EXPLAIN INSERT INTO pg_temp._godwit_result SELECT value FROM " + VALUE);
            var uses = session.query(USED, used -> new Identifier(used.getString(1)));
            return new Expression(new SqlText(text), uses);
        });
    }

    /** A condition over a row whose columns have other names in the end. */
    SqlText condition(Map<Identifier, SqlText> row, Map<Identifier, Identifier> physical, String text) {
        return forNothing(() -> {
            session.execute("CREATE TEMPORARY TABLE _godwit_row (" + columns(row) + ")");
            read(
                    "expression-invalid",
                    text,
                    "ALTER TABLE " + ROW + " ADD CONSTRAINT _godwit_check CHECK (" + new SqlText(text) + ")");
            rename(physical);
            return new SqlText(
                    session.text("SELECT pg_catalog.pg_get_expr(conbin, conrelid) FROM pg_catalog.pg_constraint"
                            + " WHERE conrelid = 'pg_temp._godwit_row'::regclass AND conname = '_godwit_check'"));
        });
    }

    private void rename(Map<Identifier, Identifier> physical) {
        var number = 0;
        for (var name : physical.keySet()) {
            session.execute("ALTER TABLE " + ROW + " RENAME COLUMN " + name.sql() + " TO "
                    + new Identifier("_godwit_moment_" + number++).sql());
        }
        number = 0;
        for (var name : physical.values()) {
            session.execute("ALTER TABLE " + ROW + " RENAME COLUMN "
                    + new Identifier("_godwit_moment_" + number++).sql() + " TO " + name.sql());
        }
    }

    /** Whether an expression without a row gives the same each time, so that a column gets it without being written. */
    boolean isSameForAll(SqlText type, String text) {
        return forNothing(() -> {
            session.execute("CREATE TEMPORARY TABLE _godwit_row (c int)");
            read(
                    "expression-invalid",
                    text,
                    "ALTER TABLE " + ROW + " ADD COLUMN value " + type + " DEFAULT " + new SqlText(text));
            return session.is("SELECT atthasmissing FROM pg_catalog.pg_attribute"
                    + " WHERE attrelid = 'pg_temp._godwit_row'::regclass AND attname = 'value'");
        });
    }

    /** Reads statements about temporary tables, each as it is behind those before it. */
    void statements(List<String> statements) {
        forNothing(() -> {
            statements.forEach(statement -> read("definition-invalid", statement, statement));
            return true;
        });
    }

    private static String columns(Map<Identifier, SqlText> row) {
        return row.entrySet().stream()
                .map(column -> column.getKey().sql() + " " + column.getValue())
                .collect(Collectors.joining(", "));
    }

    /** People's SQL is one piece of a statement: what ends it and begins another would be run as it is read. */
    private static void requireOne(String code, String text, String sql) throws SQLException {
        if (text.indexOf(';') >= 0
                && Parser.parseJdbcSql(sql, true, false, true, false, false).size() > 1) {
            throw Problem.of(
                            code,
                            "%s is more than one statement.".formatted(text),
                            "Write one expression; statements are for the operation sql.")
                    .asException();
        }
    }

    private void read(String code, String text, String sql) {
        try {
            requireOne(code, text, sql);
        } catch (SQLException e) {
            throw session.failed(e);
        }
        try {
            session.execute(sql);
        } catch (GodwitException e) {
            if (e.getCause() instanceof SQLException cause
                    && cause.getSQLState() != null
                    && cause.getSQLState().matches("(42|22|0A|2B).*")) {
                throw Problem.of(
                                code,
                                "The server cannot read %s: %s"
                                        .formatted(text, e.problem().message()),
                                "Correct it in the migration's file; nothing has been changed.")
                        .asException(e);
            }
            throw e;
        }
    }
}
