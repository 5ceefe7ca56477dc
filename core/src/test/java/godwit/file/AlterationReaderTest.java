package godwit.file;

import static godwit.file.Reading.name;
import static godwit.file.Reading.operation;
import static godwit.file.Reading.operations;
import static godwit.file.Reading.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import godwit.change.Alteration;
import godwit.change.Alteration.Setting;
import godwit.change.ColumnSpec;
import godwit.change.Operation;
import godwit.change.ReferenceRules;
import godwit.change.ReferenceRules.Action;
import godwit.change.ReferenceRules.Match;
import godwit.change.TableConstraint.Deferral;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AlterationReaderTest {
    private static Operation.AlterColumn altered(String fields) {
        return (Operation.AlterColumn) operation("alter_column: {table: a, column: b" + fields + "}");
    }

    private static void refusesAlteration(String fields, String code, String place) {
        refuses("alter_column: {table: a, column: b" + fields + "}", code, "alter_column" + place);
    }

    @Test
    void aColumnMayChangeInAllWaysAtOnce() {
        assertThat(operations(Operation.AlterColumn.class))
                .containsExactly(new Operation.AlterColumn(
                        name("persons"),
                        name("phone"),
                        new Alteration(
                                Optional.of("text"),
                                Optional.of("\"C\""),
                                Optional.of(false),
                                new Setting.Given("'none'"),
                                new Setting.Given("with its country"),
                                Optional.of(name("one_phone")),
                                Optional.of(new ColumnSpec.Check(name("phone_given"), "phone <> ''", true)),
                                Optional.of(new ColumnSpec.Reference(
                                        name("phone_known"),
                                        name("phones"),
                                        name("number"),
                                        new ReferenceRules(
                                                Match.SIMPLE,
                                                Action.NO_ACTION,
                                                List.of(),
                                                Action.NO_ACTION,
                                                Deferral.NOT_DEFERRABLE)))),
                        Optional.of("coalesce(phone, 'none')"),
                        Optional.of("nullif(phone, 'none')")));
    }

    @Test
    void nothingBehindADefaultOrACommentTakesItAway() {
        assertThat(altered(", default: null").change().defaultValue()).isEqualTo(new Setting.Removed());
        assertThat(altered(", default:").change().comment()).isEqualTo(new Setting.Kept());
        assertThat(altered(", comment: null").change().comment()).isEqualTo(new Setting.Removed());
        assertThat(altered(", comment: ''").change().comment()).isEqualTo(new Setting.Removed());
        assertThat(altered(", comment: x").change().defaultValue()).isEqualTo(new Setting.Kept());
    }

    @Test
    void otherValuesNeedBothWays() {
        for (var change : List.of(
                ", type: text", ", check: {name: c, constraint: d}", ", references: {name: c, table: d, column: e}")) {
            assertThat(altered(change + ", up: f, down: g").up()).contains("f");
            refusesAlteration(change + ", down: g", "missing-key", ".up");
            refusesAlteration(change + ", up: f", "missing-key", ".down");
            refusesAlteration(change + ", up: '', down: g", "missing-key", ".up");
        }
    }

    @Test
    void nullsNeedTheWayOnWhichTheyAreReplaced() {
        assertThat(altered(", nullable: false, up: c").down()).isEmpty();
        assertThat(altered(", nullable: true, down: c").up()).isEmpty();
        refusesAlteration(", nullable: false, down: c", "missing-key", ".up");
        refusesAlteration(", nullable: true, up: c", "missing-key", ".down");
    }

    @Test
    void uniquenessDefaultAndCommentNeedNoWay() {
        assertThat(altered(", unique: {name: c}").change().unique()).contains(name("c"));
        assertThat(altered(", default: '7'").change().defaultValue()).isEqualTo(new Setting.Given("7"));
        assertThat(altered(", comment: c, up: '', down: ''").up()).isEmpty();
    }

    @Test
    void aChangeOfNothingIsRefused() {
        refusesAlteration("", "no-change", "");
        refusesAlteration(", up: c, down: d", "no-change", "");
        refusesAlteration(", type: '', unique: null, up: c", "no-change", "");
    }

    @Test
    void itsFieldsAreKnownAndOfTheRightKind() {
        refuses("alter_column: {column: b, comment: c}", "missing-key", "alter_column.table");
        refuses("alter_column: {table: a, comment: c}", "missing-key", "alter_column.column");
        refusesAlteration(", unique: true", "wrong-type", ".unique");
        refusesAlteration(", unique: {}", "missing-key", ".unique.name");
        refusesAlteration(", unique: {name: c, deferrable: true}", "unknown-key", ".unique.deferrable");
        refusesAlteration(", nullable: 'false'", "wrong-type", ".nullable");
        refusesAlteration(", default: 7", "wrong-type", ".default");
        refusesAlteration(", pk: true", "unknown-key", ".pk");
    }
}
