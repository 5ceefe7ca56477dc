package godwit.file;

import static godwit.file.Reading.name;
import static godwit.file.Reading.names;
import static godwit.file.Reading.operation;
import static godwit.file.Reading.operations;
import static godwit.file.Reading.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import godwit.change.Operation;
import godwit.change.Operation.IndexMethod;
import godwit.change.ReferenceRules;
import godwit.change.ReferenceRules.Action;
import godwit.change.ReferenceRules.Match;
import godwit.change.TableConstraint;
import godwit.change.TableConstraint.Deferral;
import godwit.change.TableConstraint.IndexParameters;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConstraintReaderTest {
    private static IndexParameters parameters(String included) {
        return new IndexParameters(Optional.of(name("fast")), Optional.of("fillfactor=70"), names(included));
    }

    private static String table(String constraint) {
        return "create_table: {name: a, columns: [], constraints: [{name: c, " + constraint + "}]}";
    }

    private static TableConstraint constraint(String fields) {
        return ((Operation.CreateTable) operation(table(fields))).constraints().getFirst();
    }

    private static void refusesConstraint(String fields, String code, String place) {
        refuses(table(fields), code, "create_table.constraints[0]" + place);
    }

    private static void refusesAdded(String fields, String code, String place) {
        refuses("create_constraint: {table: a, name: c, " + fields + "}", code, "create_constraint" + place);
    }

    @Test
    void aNewTableMayHaveFiveKinds() {
        assertThat(operations(Operation.CreateTable.class).getFirst().constraints())
                .containsExactly(
                        new TableConstraint.Unique(
                                name("one_title"),
                                names("title", "shout"),
                                false,
                                Deferral.DEFERRABLE,
                                parameters("id")),
                        new TableConstraint.PrimaryKey(
                                name("units_pkey"), names("id"), Deferral.INITIALLY_DEFERRED, parameters("title")),
                        new TableConstraint.Check(name("loud"), names("title", "shout"), "title <> shout", false),
                        new TableConstraint.ForeignKey(
                                name("known"),
                                names("title", "shout"),
                                name("titles"),
                                names("title", "shout"),
                                new ReferenceRules(
                                        Match.SIMPLE,
                                        Action.SET_NULL,
                                        names("shout"),
                                        Action.SET_DEFAULT,
                                        Deferral.INITIALLY_DEFERRED)),
                        new TableConstraint.Exclusion(
                                name("apart"),
                                IndexMethod.GIST,
                                "title WITH =",
                                Optional.of("title IS NOT NULL"),
                                Deferral.INITIALLY_DEFERRED,
                                parameters("id")));
    }

    @Test
    void whatTheFileLeavesOutIsAsSqlHasIt() {
        assertThat(constraint("type: unique, columns: [d]"))
                .isEqualTo(new TableConstraint.Unique(
                        name("c"), names("d"), true, Deferral.NOT_DEFERRABLE, IndexParameters.NONE));
        assertThat(constraint("type: check, check: d"))
                .isEqualTo(new TableConstraint.Check(name("c"), List.of(), "d", true));
        assertThat(constraint("type: exclude, exclude: {elements: d WITH =}"))
                .isEqualTo(new TableConstraint.Exclusion(
                        name("c"),
                        IndexMethod.BTREE,
                        "d WITH =",
                        Optional.empty(),
                        Deferral.NOT_DEFERRABLE,
                        IndexParameters.NONE));
    }

    @Test
    void whatSaysNothingIsAsGoodAsNotThere() {
        assertThat(constraint("type: unique, columns: [d], check: '', references: null, exclude: {}, deferrable: false,"
                        + " initially_deferred: false, no_inherit: false, index_parameters: {tablespace: ''}"))
                .isEqualTo(constraint("type: unique, columns: [d]"));
    }

    @Test
    void eachKindHasItsOwnFields() {
        refusesConstraint("type: unique, columns: [d], check: e", "field-does-not-fit", ".check");
        refusesConstraint("type: unique, columns: [d], no_inherit: true", "field-does-not-fit", ".no_inherit");
        refusesConstraint("type: check, check: d, deferrable: true", "field-does-not-fit", ".deferrable");
        refusesConstraint(
                "type: check, check: d, nulls_not_distinct: true", "field-does-not-fit", ".nulls_not_distinct");
        refusesConstraint(
                "type: check, check: d, index_parameters: {tablespace: e}", "field-does-not-fit", ".index_parameters");
        refusesConstraint(
                "type: primary_key, columns: [d], references: {table: e, columns: [f]}",
                "field-does-not-fit",
                ".references");
        refusesConstraint("type: exclude, exclude: {elements: d}, columns: [e]", "field-does-not-fit", ".columns");
        refusesConstraint(
                "type: foreign_key, columns: [d], references: {table: e, columns: [f]}, exclude: {elements: g}",
                "field-does-not-fit",
                ".exclude");
    }

    @Test
    void eachKindNeedsItsOwnFields() {
        for (var type : List.of("unique", "primary_key", "foreign_key")) {
            refusesConstraint("type: " + type, "missing-key", ".columns");
            refusesConstraint("type: " + type + ", columns: []", "no-columns", ".columns");
            refusesConstraint("type: " + type + ", columns: [d, d]", "named-twice", ".columns");
        }
        refusesConstraint("type: check", "missing-key", ".check");
        refusesConstraint("type: foreign_key, columns: [d]", "missing-key", ".references");
        refusesConstraint("type: exclude", "missing-key", ".exclude");
        refusesConstraint("type: exclude, exclude: {}", "missing-key", ".exclude.elements");
        refusesConstraint("type: not_null, columns: [d]", "value-unknown", ".type");
        refusesConstraint("columns: [d]", "missing-key", ".type");
        refusesConstraint("type: unique, column: d", "unknown-key", ".column");
    }

    @Test
    void aForeignKeyPointsToAsManyColumns() {
        var begin = "type: foreign_key, columns: [d, e], references: {table: f, columns: ";

        refusesConstraint(begin + "[g]}", "wrong-foreign-key", ".references.columns");
        refusesConstraint(begin + "[]}", "no-columns", ".references.columns");
        refusesConstraint(begin + "[g, h], name: i}", "unknown-key", ".references.name");
    }

    @Test
    void columnsAreSetOnDeleteOnlyWhereTheyAreSetAndPoint() {
        var begin = "type: foreign_key, columns: [d], references: {table: f, columns: [g], on_delete_set_columns: ";

        refusesConstraint(begin + "[d]}", "field-does-not-fit", ".references.on_delete_set_columns");
        refusesConstraint(
                begin + "[d], on_delete: CASCADE}", "field-does-not-fit", ".references.on_delete_set_columns");
        refusesConstraint(
                begin + "[g], on_delete: SET NULL}", "wrong-foreign-key", ".references.on_delete_set_columns");
        assertThat(constraint(begin + "[], on_delete: CASCADE}")).isInstanceOf(TableConstraint.ForeignKey.class);
    }

    @Test
    void aTableThatIsThereMayGetFourKinds() {
        assertThat(operations(Operation.CreateConstraint.class))
                .extracting(Operation.CreateConstraint::constraint)
                .containsExactly(
                        new TableConstraint.Unique(
                                name("one_name"),
                                names("name", "born"),
                                true,
                                Deferral.NOT_DEFERRABLE,
                                parameters("phone")),
                        new TableConstraint.PrimaryKey(
                                name("persons_pkey"),
                                names("id"),
                                Deferral.NOT_DEFERRABLE,
                                new IndexParameters(Optional.empty(), Optional.empty(), names("phone"))),
                        new TableConstraint.Check(name("grown"), names("born"), "born < now()", false),
                        new TableConstraint.ForeignKey(
                                name("in_unit"),
                                names("unit"),
                                name("units"),
                                names("id"),
                                new ReferenceRules(
                                        Match.FULL,
                                        Action.SET_DEFAULT,
                                        names("unit"),
                                        Action.CASCADE,
                                        Deferral.NOT_DEFERRABLE)));
        refusesAdded("type: exclude, up: {}, down: {}", "value-unknown", ".type");
        refusesAdded(
                "type: unique, columns: [d], deferrable: true, up: {d: d}, down: {d: d}", "unknown-key", ".deferrable");
    }

    @Test
    void anAddedConstraintSaysBothWaysForEachOfItsColumnsAndNoOther() {
        var made = operations(Operation.CreateConstraint.class).getFirst();

        assertThat(made.table()).isEqualTo(name("persons"));
        assertThat(made.up().expressions()).isEqualTo(Map.of(name("name"), "name || id", name("born"), "born"));
        assertThat(made.down().expressions()).isEqualTo(Map.of(name("name"), "name", name("born"), "born"));
        refusesAdded("type: unique, columns: [d], down: {d: d}", "missing-key", ".up");
        refusesAdded("type: unique, columns: [d], up: {d: d}", "missing-key", ".down");
        refusesAdded("type: unique, columns: [d, e], up: {d: d}, down: {d: d, e: e}", "missing-key", ".up.e");
        refusesAdded("type: unique, columns: [d], up: {d: d}, down: {d: ' '}", "missing-key", ".down.d");
        refusesAdded("type: unique, columns: [d], up: {d: d, e: e}, down: {d: d}", "unknown-key", ".up.e");
        refusesAdded("type: unique, columns: [d], up: d, down: {d: d}", "wrong-type", ".up");
    }
}
