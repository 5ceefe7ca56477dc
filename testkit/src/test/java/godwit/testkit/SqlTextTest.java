package godwit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {
    @Test
    void noRawNameAndNoRawValueReachesSql() {
        var repository = Repository.here();

        var found = List.of("postgres", "cli", "demo").stream()
                .flatMap(module -> repository.java(module).stream())
                .flatMap(file ->
                        RawSql.linesOf(Repository.read(file)).stream().map(line -> repository.place(file, line)))
                .toList();

        assertThat(found).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"SELECT * FROM \" + table.name()",
                "\"DROP TABLE \" + table.plain() + \" CASCADE\"",
                "\"SELECT %s FROM t\".formatted(column.name())",
                "\"SELECT 'x\" + \"' WHERE a = '\" + word + \"'\"",
                "\"SELECT 1 WHERE a = '%s'\".formatted(word)",
                "\"DROP ROLE \\\"\" + role + '\"'",
            })
    void rawNamesAndHandMadeQuotesAreFound(String expression) {
        assertThat(RawSql.linesOf("class A { Object o = " + expression + "; }")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"SELECT * FROM \" + table.sql() + \" WHERE a = \" + new Literal(word).sql()",
                "\"SELECT %s LIMIT %d\".formatted(columns, 5)",
                "\"nothing to ask of \" + table.name()",
                "Problem.of(\"code\", \"x\", \"Run ALTER TABLE \" + table.plain())",
            })
    void quotedNamesAndTextForPeopleAreNot(String expression) {
        assertThat(RawSql.linesOf("class A { Object o = " + expression + "; }")).isEmpty();
    }
}
