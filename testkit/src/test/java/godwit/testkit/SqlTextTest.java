package godwit.testkit;

import static godwit.testkit.sqltext.SqlFlow.rawIn;
import static org.assertj.core.api.Assertions.assertThat;

import godwit.testkit.sqltext.Trust;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {
    /**
     * The types through which names and values reach SQL; RowSelection holds a condition that a server has read, SqlText what
     * a server wrote or has read.
     */
    private static final Set<String> TYPES = Set.of(
            "godwit.schema.SqlText",
            "godwit.schema.Identifier",
            "godwit.schema.TableName",
            "godwit.schema.Literal",
            "godwit.schema.RowSelection");

    /** They give what a catalog holds, of which they do not know what it is. */
    private static final Set<String> READERS = Set.of("Row.text", "Row.maybe", "Row.filled", "Row.list");

    /** Text that is SQL because a server wrote it as SQL, or because people did. */
    private static final Map<String, String> SQL = Map.ofEntries(
            Map.entry("Row.sql", "pg_get_…def, format_type, regproc, quote_ident and the like wrote it"),
            Map.entry("Row.sqlIfAny", "as Row.sql"),
            Map.entry("Row.sqlList", "as Row.sql"),
            Map.entry("Relation.types", "format_type wrote them; the names beside them are only looked up"),
            Map.entry("ColumnTypes.operators", "names of operators are symbols of pg_operator and have no quotes"),
            Map.entry("ColumnTypes.byPlace", "format_type wrote them"),
            Map.entry("ForeignKey.operators", "the query writes them as OPERATOR(schema.symbol)"),
            Map.entry("Undo.sql", "Godwit's own statement, kept in its ledger until the run ends"),
            Map.entry("Configuration.condition", "an extension's own text, which pg_dump runs too"),
            Map.entry("Sql.query", "a health check is people's own SQL"),
            Map.entry(
                    "MoveSpec.rows",
                    "people's own conditions; a server has read each as the predicate of an index before it is used"));

    private static final Trust TRUST = new Trust(TYPES, READERS, SQL);

    @Test
    void noRawNameAndNoRawValueReachesSql() {
        var repository = Repository.here();
        var files = Stream.of("core", "embedded", "postgres", "demo", "cli")
                .flatMap(module -> repository.java(module).stream())
                .toList();

        assertThat(rawIn(files, TRUST)).isEmpty();
    }

    /** Each of them says why what it wraps is SQL. */
    @Test
    void onlyWhereMigrationsAreReadIsTextTakenForSql() {
        var repository = Repository.here();
        var files = Stream.of("core", "embedded", "postgres", "demo", "cli")
                .flatMap(module -> repository.java(module).stream())
                .filter(file -> Repository.read(file).matches("(?s).*(new SqlText\\(|SqlText::new).*"))
                .map(file -> String.valueOf(file.getFileName()).replace(".java", ""))
                .toList();

        assertThat(files)
                .containsExactlyInAnyOrder(
                        "Carrying",
                        "CatalogReading",
                        "Chains",
                        "DefaultVersion",
                        "DefinitionText",
                        "DependentObjects",
                        "Derivation",
                        "Effects",
                        "Evolution",
                        "KeptPlan",
                        "KeyWalk",
                        "NumberedColumn",
                        "OwnedSequences",
                        "PostgresAnalyst",
                        "Properties",
                        "Reading",
                        "TriggerFunctions",
                        "ViewRights");
    }

    private static Set<String> raw(String body) {
        return rawIn("""
                import godwit.schema.*;
                import java.sql.*;
                import java.util.*;
                import java.util.stream.*;

                class A {
                    record Named(String name, Identifier quoted) {}
                    interface Part { String text(); }
                    enum Word { ONE, TWO; String word() { return name().toLowerCase(Locale.ROOT); } }
                    private static final String ALL = "SELECT * FROM ";
                    private static String list(List<Identifier> names) {
                        return names.stream().map(Identifier::sql).collect(Collectors.joining(", "));
                    }
                    private static String same(String text) { return text; }
                    static void run(Statement s, String sql) throws SQLException { s.execute(sql); }
                    %s
                }
                """.formatted(body), TRUST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "void f(Statement s, TableName t) throws SQLException { s.execute(ALL + t.plain()); }",
                "void f(Statement s, TableName t) throws SQLException { s.execute(ALL + t); }",
                "void f(Statement s, Identifier i) throws SQLException { s.execute(ALL + i.name()); }",
                "void f(Statement s, Literal l) throws SQLException { s.execute(\"SELECT '\" + l.value() + \"'\"); }",
                "void f(Statement s, TableName t) throws SQLException { s.execute(\"DROP TABLE %s\".formatted(t)); }",
                "void f(Statement s, ResultSet r) throws SQLException { s.execute(ALL + r.getString(1)); }",
                "void f(Statement s, ResultSet r) throws SQLException { run(s, same(r.getString(1))); }",
                "void f(Statement s, ResultSet r) throws SQLException { var n = new Named(r.getString(1), null);"
                        + " run(s, ALL + n.name()); }",
                "void f(Statement s, ResultSet r) throws SQLException { var b = new StringBuilder(ALL);"
                        + " b.append(r.getString(1)).append(' '); run(s, b.toString()); }",
                "void f(Statement s, ResultSet r) throws SQLException { var all = new ArrayList<String>();"
                        + " all.add(r.getString(1)); for (var one : all) { run(s, one); } }",
                "void f(Statement s, List<Identifier> l) throws SQLException { run(s, ALL"
                        + " + l.stream().map(Identifier::name).collect(Collectors.joining())); }",
                "void f(Statement s, List<Identifier> l) throws SQLException { run(s, ALL"
                        + " + l.stream().map(i -> i.name()).collect(Collectors.joining())); }",
                "record B(Identifier i) implements Part { public String text() { return i.name(); } }"
                        + " void f(Statement s, Part p) throws SQLException { run(s, p.text()); }",
                "void f(Connection c) throws SQLException { c.prepareStatement(System.getenv(\"X\")); }",
            })
    void rawTextIsFoundWhateverWayItTakes(String body) {
        assertThat(raw(body)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "void f(Statement s, TableName t) throws SQLException { s.execute(ALL + t.sql() + \" LIMIT \" + 5); }",
                "void f(Statement s, List<Identifier> l) throws SQLException { run(s, \"SELECT \" + list(l)); }",
                "void f(Statement s, ResultSet r) throws SQLException {"
                        + " run(s, \"SELECT \" + new Literal(r.getString(1)).sql()); }",
                "void f(Statement s, ResultSet r) throws SQLException { var n = new Named(\"x\","
                        + " new Identifier(r.getString(1))); run(s, ALL + n.quoted().sql()); }",
                "void f(Statement s, Word w, UUID u, long n) throws SQLException {"
                        + " run(s, \"SELECT '%s', '%s', %d\".formatted(w.word(), u, n)); }",
                "void f(Connection c, String value) throws SQLException { var p = c.prepareStatement(ALL + \"t\");"
                        + " p.setString(1, value); }",
                "record B(Identifier i) implements Part { public String text() { return i.sql(); } }"
                        + " void f(Statement s, Part p) throws SQLException { run(s, p.text()); }",
            })
    void quotedNamesConstantsAndNumbersAreNotRaw(String body) {
        assertThat(raw(body)).isEmpty();
    }

    @Test
    void theExceptionsHaveAReasonEach() {
        assertThat(SQL.values())
                .allSatisfy(reason -> assertThat(Objects.requireNonNull(reason)).isNotBlank());
    }
}
