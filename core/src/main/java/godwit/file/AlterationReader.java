package godwit.file;

import godwit.change.Alteration;
import godwit.change.Alteration.Setting;
import godwit.change.Operation;
import java.util.Optional;
import java.util.Set;

/** Reads the change of a column. */
final class AlterationReader {
    private static final Set<String> KEYS = Set.of(
            "table",
            "column",
            "up",
            "down",
            "type",
            "collation",
            "nullable",
            "default",
            "comment",
            "unique",
            "check",
            "references");

    private AlterationReader() {}

    static Operation read(Fields fields) {
        fields.only(KEYS);
        var change = new Alteration(
                fields.maybeSql("type"),
                fields.maybeSql("collation"),
                fields.has("nullable") ? Optional.of(fields.isTrue("nullable")) : Optional.empty(),
                setting(fields, "default"),
                setting(fields, "comment"),
                fields.maybeSection("unique")
                        .map(unique -> unique.only(Set.of("name")).name("name")),
                ColumnSpecReader.check(fields),
                ColumnSpecReader.reference(fields));
        if (change.isEmpty()) {
            throw fields.wrong(
                    "no-change",
                    "",
                    "%s changes nothing.".formatted(fields.at("")),
                    "Give at least one of type, collation, nullable, default, comment, unique, check, references.");
        }
        requireExpressions(fields, change);
        return new Operation.AlterColumn(
                fields.name("table"), fields.name("column"), change, fields.maybeSql("up"), fields.maybeSql("down"));
    }

    /** A change that gives rows other values, or refuses some, says how rows go from one version to the other. */
    private static void requireExpressions(Fields fields, Alteration change) {
        var isOtherValue = change.type().isPresent()
                || change.check().isPresent()
                || change.references().isPresent();
        if (isOtherValue || change.nullable().equals(Optional.of(false))) {
            fields.sql("up");
        }
        if (isOtherValue || change.nullable().equals(Optional.of(true))) {
            fields.sql("down");
        }
    }

    /** Nothing behind the key, or a blank text, takes away what the column has. */
    private static Setting setting(Fields fields, String key) {
        if (!fields.has(key) && !fields.isNull(key)) {
            return new Setting.Kept();
        }
        return fields.maybeSql(key).<Setting>map(Setting.Given::new).orElse(new Setting.Removed());
    }
}
