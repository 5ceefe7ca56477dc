package godwit.file;

import static godwit.file.Reading.name;
import static godwit.file.Reading.operation;
import static godwit.file.Reading.operations;
import static godwit.file.Reading.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import godwit.change.IndexField;
import godwit.change.IndexField.Nulls;
import godwit.change.IndexField.OperatorClass;
import godwit.change.IndexField.Sort;
import godwit.change.Operation;
import godwit.change.Operation.IndexMethod;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IndexReaderTest {
    private static Operation.CreateIndex index(String columns) {
        return (Operation.CreateIndex) operation("create_index: {name: a, table: b, columns: " + columns + "}");
    }

    private static void refusesIndex(String columns, String code, String place) {
        refuses("create_index: {name: a, table: b, columns: " + columns + "}", code, "create_index" + place);
    }

    @Test
    void anIndexMayHaveEachOfItsFields() {
        assertThat(operations(Operation.CreateIndex.class).getFirst())
                .isEqualTo(new Operation.CreateIndex(
                        name("by_name"),
                        name("persons"),
                        List.of(
                                new IndexField(
                                        name("name"),
                                        Optional.of("\"C\""),
                                        Sort.DESC,
                                        Nulls.LAST,
                                        Optional.of(new OperatorClass("text_pattern_ops", List.of("siglen=32")))),
                                IndexField.of(name("born"))),
                        IndexMethod.GIST,
                        true,
                        Optional.of("born IS NOT NULL"),
                        Optional.of("fillfactor=70")));
    }

    @Test
    void itsColumnsHaveHadThreeForms() {
        var fields = List.of(IndexField.of(name("z")), IndexField.of(name("a")));

        assertThat(index("[{column: z}, {column: a}]").fields()).isEqualTo(fields);
        assertThat(index("{z: {}, a: }").fields()).isEqualTo(fields);
        assertThat(index("[z, a]").fields()).isEqualTo(fields);
    }

    @Test
    void theMappingSaysOfAColumnWhatTheListSays() {
        var said = "collate: '\"C\"', sort: asc, nulls: First, opclass: {name: text_ops}";

        assertThat(index("{z: {" + said + "}}")).isEqualTo(index("[{column: z, " + said + "}]"));
        assertThat(index("{z: {" + said + "}}").fields())
                .containsExactly(new IndexField(
                        name("z"),
                        Optional.of("\"C\""),
                        Sort.ASC,
                        Nulls.FIRST,
                        Optional.of(new OperatorClass("text_ops", List.of()))));
    }

    @Test
    void aColumnMayStandInAnIndexTwiceWithDifferentClasses() {
        assertThat(index("[{column: z}, {column: z, opclass: {name: text_pattern_ops}}]")
                        .fields())
                .hasSize(2);
        refusesIndex("[z, z]", "named-twice", ".columns");
    }

    @Test
    void theMethodIsBtreeUnlessTheFileSaysOtherwise() {
        assertThat(index("[z]"))
                .isEqualTo(new Operation.CreateIndex(
                        name("a"),
                        name("b"),
                        List.of(IndexField.of(name("z"))),
                        IndexMethod.BTREE,
                        false,
                        Optional.empty(),
                        Optional.empty()));
        for (var method : IndexMethod.values()) {
            assertThat(index("[z], method: " + method.name().toLowerCase(Locale.ROOT))
                            .method())
                    .isEqualTo(method);
        }
        refusesIndex("[z], method: rtree", "value-unknown", ".method");
    }

    @Test
    void anIndexHasColumnsOfOneForm() {
        refuses("create_index: {name: a, table: b}", "missing-key", "create_index.columns");
        refusesIndex("[]", "no-columns", ".columns");
        refusesIndex("{}", "no-columns", ".columns");
        refusesIndex("z", "wrong-type", ".columns");
        refusesIndex("[z, {column: a}]", "wrong-type", ".columns");
        refusesIndex("[{column: z}, a]", "wrong-type", ".columns[1]");
        refusesIndex("[{sort: ASC}]", "missing-key", ".columns[0].column");
        refusesIndex("[{column: z, sorted: ASC}]", "unknown-key", ".columns[0].sorted");
        refusesIndex("{z: {column: z}}", "unknown-key", ".columns.z.column");
        refusesIndex("{z: ASC}", "wrong-type", ".columns.z");
        refusesIndex("[{column: z, sort: UP}]", "value-unknown", ".columns[0].sort");
        refusesIndex("[{column: z, nulls: NULLS LAST}]", "value-unknown", ".columns[0].nulls");
        refusesIndex("[{column: z, opclass: text_ops}]", "wrong-type", ".columns[0].opclass");
        refusesIndex("[{column: z, opclass: {params: [a]}}]", "missing-key", ".columns[0].opclass.name");
    }
}
