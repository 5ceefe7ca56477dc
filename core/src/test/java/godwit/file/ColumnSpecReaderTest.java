package godwit.file;

import static godwit.file.Reading.name;
import static godwit.file.Reading.operation;
import static godwit.file.Reading.operations;
import static godwit.file.Reading.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import godwit.change.ColumnSpec;
import godwit.change.ColumnSpec.Generated;
import godwit.change.Operation;
import godwit.change.ReferenceRules;
import godwit.change.ReferenceRules.Action;
import godwit.change.ReferenceRules.Match;
import godwit.change.TableConstraint.Deferral;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ColumnSpecReaderTest {
    private static ColumnSpec column(String fields) {
        return ((Operation.AddColumn) operation("add_column: {table: a, column: {name: b, type: int" + fields + "}}"))
                .column();
    }

    private static void refusesColumn(String fields, String code, String place) {
        refuses(
                "add_column: {table: a, column: {name: b, type: int" + fields + "}}",
                code,
                "add_column.column" + place);
    }

    private static ColumnSpec plain() {
        return new ColumnSpec(
                name("b"),
                "int",
                false,
                false,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void aColumnTakesNoNullUnlessTheFileSaysSo() {
        assertThat(column("")).isEqualTo(plain());
        assertThat(column(", nullable: true").nullable()).isTrue();
    }

    @Test
    void whatSaysNothingIsAsGoodAsNotThere() {
        assertThat(column(", nullable: false, pk: false, unique: false, default: '', comment: '', check: null,"
                        + " references: null, generated:"))
                .isEqualTo(plain());
    }

    @Test
    void aColumnMayHaveEachOfItsFields() {
        var columns = operations(Operation.CreateTable.class).getFirst().columns();

        assertThat(columns.get(1))
                .isEqualTo(new ColumnSpec(
                        name("title"),
                        "varchar(40)",
                        true,
                        false,
                        true,
                        Optional.of("'none'"),
                        Optional.of("what it is called"),
                        Optional.of(new ColumnSpec.Check(name("title_given"), "title <> ''", false)),
                        Optional.of(new ColumnSpec.Reference(
                                name("title_known"),
                                name("titles"),
                                name("title"),
                                new ReferenceRules(
                                        Match.FULL,
                                        Action.CASCADE,
                                        List.of(),
                                        Action.RESTRICT,
                                        Deferral.INITIALLY_DEFERRED))),
                        Optional.empty()));
        assertThat(columns.getFirst().key()).isTrue();
    }

    @Test
    void aGeneratedColumnHasAnExpressionOrAnIdentity() {
        var columns = operations(Operation.CreateTable.class).getFirst().columns();

        assertThat(columns.get(0).generated())
                .contains(new Generated.IdentityColumn(Generated.Values.BY_DEFAULT, Optional.of("START 100")));
        assertThat(columns.get(2).generated()).contains(new Generated.Stored("upper(title)"));
        assertThat(column(", generated: {identity: {}}").generated())
                .contains(new Generated.IdentityColumn(Generated.Values.ALWAYS, Optional.empty()));
        refusesColumn(", generated: {}", "wrong-generated-column", ".generated");
        refusesColumn(", generated: {expression: a, identity: {}}", "wrong-generated-column", ".generated");
        refusesColumn(
                ", generated: {identity: {user_specified_values: NEVER}}",
                "value-unknown",
                ".generated.identity.user_specified_values");
    }

    @Test
    void aGeneratedColumnHasNoDefault() {
        refusesColumn(", default: '7', generated: {expression: a}", "field-does-not-fit", ".default");
    }

    @Test
    void aForeignKeyDoesNothingUnlessTheFileSaysSo() {
        assertThat(column(", references: {name: c, table: d, column: e}").references())
                .contains(new ColumnSpec.Reference(
                        name("c"),
                        name("d"),
                        name("e"),
                        new ReferenceRules(
                                Match.SIMPLE, Action.NO_ACTION, List.of(), Action.NO_ACTION, Deferral.NOT_DEFERRABLE)));
    }

    @Test
    void aForeignKeyKnowsFiveActionsInAnyCase() {
        var actions = Map.of(
                "NO ACTION", Action.NO_ACTION,
                "restrict", Action.RESTRICT,
                "Cascade", Action.CASCADE,
                "SET NULL", Action.SET_NULL,
                "set default", Action.SET_DEFAULT);

        actions.forEach((word, action) -> {
            var given =
                    ", references: {name: c, table: d, column: e, on_delete: " + word + ", on_update: " + word + "}";
            assertThat(column(given).references().orElseThrow().rules())
                    .isEqualTo(new ReferenceRules(Match.SIMPLE, action, List.of(), action, Deferral.NOT_DEFERRABLE));
        });
        refusesColumn(
                ", references: {name: c, table: d, column: e, on_delete: NOTHING}",
                "value-unknown",
                ".references.on_delete");
    }

    @Test
    void aPartialMatchIsRefusedBecausePostgresHasNone() {
        refusesColumn(
                ", references: {name: c, table: d, column: e, match_type: PARTIAL}",
                "value-unknown",
                ".references.match_type");
    }

    @Test
    void whatIsInitiallyDeferredIsDeferrable() {
        var rules = column(", references: {name: c, table: d, column: e, initially_deferred: true}")
                .references()
                .orElseThrow()
                .rules();

        assertThat(rules.deferral()).isEqualTo(Deferral.INITIALLY_DEFERRED);
        assertThat(column(", references: {name: c, table: d, column: e, deferrable: true}")
                        .references()
                        .orElseThrow()
                        .rules()
                        .deferral())
                .isEqualTo(Deferral.DEFERRABLE);
        refusesColumn(
                ", references: {name: c, table: d, column: e, deferrable: false, initially_deferred: true}",
                "field-does-not-fit",
                ".references.initially_deferred");
    }

    @Test
    void aColumnHasANameAndATypeAndKnownFieldsOfTheRightKind() {
        refuses("add_column: {table: a, column: {name: b}}", "missing-key", "add_column.column.type");
        refuses("add_column: {table: a, column: {type: int}}", "missing-key", "add_column.column.name");
        refuses("add_column: {table: a}", "missing-key", "add_column.column");
        refusesColumn(", nulable: true", "unknown-key", ".nulable");
        refusesColumn(", nullable: 'yes'", "wrong-type", ".nullable");
        refusesColumn(", default: 7", "wrong-type", ".default");
        refusesColumn(", check: {name: c}", "missing-key", ".check.constraint");
        refusesColumn(", check: {constraint: c}", "missing-key", ".check.name");
        refusesColumn(", check: c", "wrong-type", ".check");
        refusesColumn(", check: {name: c, constraint: d, inherit: true}", "unknown-key", ".check.inherit");
        refusesColumn(", references: {name: c, table: d}", "missing-key", ".references.column");
        refusesColumn(", references: {name: c, table: d, columns: [e]}", "unknown-key", ".references.columns");
    }
}
