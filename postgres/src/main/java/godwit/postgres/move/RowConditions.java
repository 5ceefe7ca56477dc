package godwit.postgres.move;

import godwit.GodwitException;
import godwit.Retry;
import godwit.postgres.Session;
import godwit.postgres.catalog.Lineages;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import godwit.schema.RowSelection;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The conditions by which a move file selects rows, as PostgreSQL itself has read them.
 *
 * <p>A condition must mean the same wherever and whenever it is asked: in the copy, in the target for a row that the
 * stream brings, in a verification days later. So it is made the predicate of an index on an empty table of the same
 * columns, which PostgreSQL allows only to immutable expressions over a row, and what PostgreSQL understood is used from
 * then on instead of people's text. All that happens in a transaction that is rolled back.
 */
final class RowConditions {
    static final String UNREADABLE = "where-unreadable";
    static final String NOT_BOOLEAN = "where-not-boolean";
    static final String NOT_PLAIN = "where-not-plain";

    private static final String STAND_IN = "godwit_selection";

    private static final String COLUMNS = """
            SELECT a.attname FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = ?::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            ORDER BY a.attnum""";

    /** Words that a date or time type turns into the moment at which it reads them. */
    private static final Pattern MOMENTS =
            Pattern.compile("'\\s*(now|today|tomorrow|yesterday)\\b[^']*'", Pattern.CASE_INSENSITIVE);

    private static final Pattern QUOTED = Pattern.compile("'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"");

    private final Map<TableName, RowSelection> selections = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    private RowConditions() {}

    /** Reads the conditions of those tables that the source has. */
    static RowConditions read(Session source, Map<TableName, String> texts) {
        var read = new RowConditions();
        texts.forEach((table, text) -> {
            if (source.is("SELECT to_regclass(?) IS NOT NULL", table.sql())) {
                read.read(source, table, text);
            }
        });
        return read;
    }

    /** One for each condition that cannot be used. */
    List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** A table with those of its rows selected that satisfy its own condition and those of all that it is part of. */
    Table selected(Table table, Lineages lineages) {
        var selection = lineages.of(table.name()).stream()
                .map(name -> selections.getOrDefault(name, RowSelection.ALL))
                .reduce(RowSelection.ALL, RowSelection::and);
        return table.selecting(selection);
    }

    private void read(Session source, TableName table, String text) {
        source.begin();
        try {
            source.execute("SET LOCAL check_function_bodies = on; SET LOCAL standard_conforming_strings = on");
            source.execute(standIn(source, table));
            selections.put(table, new RowSelection(understood(source, text)));
        } catch (Unusable e) {
            findings.add(e.finding(table));
        } finally {
            source.rollback();
        }
    }

    /** Without generated columns: the log does not carry them before version 18. */
    private static String standIn(Session source, TableName table) {
        var columns = source.query(COLUMNS, row -> new Identifier(row.getString(1)).sql(), table.sql());
        return "CREATE TEMPORARY TABLE " + STAND_IN + " AS SELECT " + String.join(", ", columns) + " FROM ONLY "
                + table.sql() + " WITH NO DATA";
    }

    private static String understood(Session source, String text) {
        requireOneExpression(source, text);
        var from = " FROM pg_temp." + STAND_IN + " WITH NO DATA";
        attempt(source, NOT_BOOLEAN, "CREATE TEMPORARY TABLE godwit_type AS SELECT (\n" + text + "\n) AS it" + from);
        var type = source.text("SELECT a.atttypid::regtype::text FROM pg_catalog.pg_attribute a"
                + " WHERE a.attrelid = 'pg_temp.godwit_type'::regclass AND a.attnum = 1");
        if (!type.equals("boolean")) {
            throw new Unusable(NOT_BOOLEAN, "it is of type " + type);
        }
        attempt(
                source,
                NOT_PLAIN,
                "CREATE INDEX godwit_index ON pg_temp." + STAND_IN + " ((1)) WHERE (\n" + text + "\n)");
        var understood = source.text("SELECT pg_get_expr(indpred, indrelid) FROM pg_catalog.pg_index"
                + " WHERE indexrelid = 'pg_temp.godwit_index'::regclass");
        requirePlain(text, understood);
        return understood;
    }

    /**
     * Whatever leaves one kind of brackets is wrong between brackets of the other kind, so what may stand in both is one
     * expression. A function's body is read and not run, whatever it is.
     */
    private static void requireOneExpression(Session source, String text) {
        for (var body : List.of("SELECT (\n" + text + "\n)", "SELECT ARRAY[\n" + text + "\n]")) {
            attempt(
                    source,
                    UNREADABLE,
                    "CREATE OR REPLACE FUNCTION pg_temp.godwit_condition() RETURNS SETOF record LANGUAGE sql AS "
                            + new Literal(body + " FROM pg_temp." + STAND_IN).sql());
        }
    }

    private static void requirePlain(String text, String understood) {
        var open = QUOTED.matcher(understood).replaceAll("''");
        if (open.contains(STAND_IN)) {
            throw new Unusable(NOT_PLAIN, "it names the row as a whole");
        }
        if (open.contains("?")) {
            throw new Unusable(UNREADABLE, "the driver cannot tell an operator with a question mark from a parameter");
        }
        var moments = MOMENTS.matcher(text).results().map(m -> m.group()).collect(Collectors.toSet());
        if (!moments.stream().allMatch(understood::contains)) {
            throw new Unusable(NOT_PLAIN, "a time such as 'now' or 'today' is another each time it is read");
        }
    }

    private static void attempt(Session source, String code, String sql) {
        try {
            source.execute(sql);
        } catch (GodwitException e) {
            if (e.retry() == Retry.LATER) {
                throw e;
            }
            throw new Unusable(code, e.problem().message());
        }
    }

    /** A condition cannot be used. */
    private static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String code;
        private final String reason;

        Unusable(String code, String reason) {
            super(reason);
            this.code = code;
            this.reason = reason;
        }

        Finding finding(TableName table) {
            return Finding.blocking(
                    code,
                    "The condition for %s under where cannot be used: %s.".formatted(table, reason),
                    "Write one condition over stored columns of that table that is true or false for a row, whenever it"
                            + " is asked: no subquery, no aggregate, no now(). Functions and types outside pg_catalog"
                            + " need their schema.",
                    table.plain());
        }
    }
}
