package godwit.file;

import godwit.change.ColumnSpec;
import godwit.change.ColumnSpec.Check;
import godwit.change.ColumnSpec.Generated;
import godwit.change.ColumnSpec.Reference;
import godwit.change.ReferenceRules;
import godwit.change.ReferenceRules.Action;
import godwit.change.ReferenceRules.Match;
import godwit.change.TableConstraint.Deferral;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Reads a column that is to be made, and what a column's check and foreign key are. */
final class ColumnSpecReader {
    private static final Set<String> KEYS = Set.of(
            "name", "type", "nullable", "pk", "unique", "default", "comment", "check", "references", "generated");
    private static final Set<String> REFERENCE_KEYS = Set.of(
            "name", "table", "column", "match_type", "on_delete", "on_update", "deferrable", "initially_deferred");

    private ColumnSpecReader() {}

    static ColumnSpec read(Fields fields) {
        fields.only(KEYS);
        var generated = fields.maybeSection("generated").map(ColumnSpecReader::generated);
        if (generated.isPresent()) {
            fields.requireWithout(Set.of("default"), "generated");
        }
        return new ColumnSpec(
                fields.name("name"),
                fields.sql("type"),
                fields.isTrue("nullable"),
                fields.isTrue("pk"),
                fields.isTrue("unique"),
                fields.maybeSql("default"),
                fields.maybeSql("comment"),
                check(fields),
                reference(fields),
                generated);
    }

    /** The check of a column, under the key {@code check}. */
    static Optional<Check> check(Fields fields) {
        return fields.maybeSection("check")
                .map(check -> check.only(Set.of("name", "constraint", "no_inherit")))
                .map(check -> new Check(check.name("name"), check.sql("constraint"), !check.isTrue("no_inherit")));
    }

    /** The foreign key of a column, under the key {@code references}. */
    static Optional<Reference> reference(Fields fields) {
        return fields.maybeSection("references")
                .map(reference -> reference.only(REFERENCE_KEYS))
                .map(reference -> new Reference(
                        reference.name("name"),
                        reference.name("table"),
                        reference.name("column"),
                        rules(reference, deferral(reference))));
    }

    /** What a foreign key does, from the mapping that names the table that it points to. */
    static ReferenceRules rules(Fields fields, Deferral deferral) {
        var onDelete = fields.sqlWord("on_delete", Action.class, Action.NO_ACTION);
        if (!EnumSet.of(Action.SET_NULL, Action.SET_DEFAULT).contains(onDelete)) {
            fields.requireWithout(Set.of("on_delete_set_columns"), "on_delete: " + onDelete.sql());
        }
        return new ReferenceRules(
                fields.sqlWord("match_type", Match.class, Match.SIMPLE),
                onDelete,
                fields.names("on_delete_set_columns"),
                fields.sqlWord("on_update", Action.class, Action.NO_ACTION),
                deferral);
    }

    /** When a constraint is checked: at the transaction's end only where that can be asked for. */
    static Deferral deferral(Fields fields) {
        if (fields.isTrue("initially_deferred")) {
            if (fields.has("deferrable") && !fields.isTrue("deferrable")) {
                throw fields.wrong(
                        "field-does-not-fit",
                        "initially_deferred",
                        "%s does not go with deferrable: false.".formatted(fields.at("initially_deferred")),
                        "Take one of them out of the file.");
            }
            return Deferral.INITIALLY_DEFERRED;
        }
        return fields.isTrue("deferrable") ? Deferral.DEFERRABLE : Deferral.NOT_DEFERRABLE;
    }

    private static Generated generated(Fields fields) {
        fields.only(Set.of("expression", "identity"));
        var identity = fields.maybeSection("identity");
        if (fields.maybeSql("expression").isPresent() == identity.isPresent()) {
            throw fields.wrong(
                    "wrong-generated-column",
                    "",
                    "%s must have either expression or identity.".formatted(fields.at("")),
                    "A column is generated in one way.");
        }
        return identity.map(ColumnSpecReader::identity).orElseGet(() -> new Generated.Stored(fields.sql("expression")));
    }

    private static Generated identity(Fields fields) {
        fields.only(Set.of("user_specified_values", "sequence_options"));
        return new Generated.IdentityColumn(
                fields.sqlWord("user_specified_values", Generated.Values.class, Generated.Values.ALWAYS),
                fields.maybeSql("sequence_options"));
    }
}
