package godwit.change.plan;

import godwit.change.Alteration;
import godwit.change.ColumnSpec;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import java.util.List;
import java.util.Optional;

/**
 * A column of the new version's own, beside those of the old one.
 *
 * @param physical its name until the change is complete
 * @param name its name in the new version, and in the end
 * @param defaultValue for rows that clients of the new version write
 * @param comment what becomes of it
 */
record Green(
        Identifier physical,
        Identifier name,
        Slot slot,
        SqlText type,
        Optional<SqlText> collation,
        boolean notNull,
        Optional<SqlText> defaultValue,
        Alteration.Setting comment,
        List<ColumnSpec.Check> checks,
        List<ColumnSpec.Reference> references,
        List<Identifier> uniques) {
    Green {
        checks = List.copyOf(checks);
        references = List.copyOf(references);
        uniques = List.copyOf(uniques);
    }

    /** The name of the check by which it is known to hold no NULL before that is its own property. */
    Identifier notNullCheck() {
        return new Identifier("_godwit_not_null_" + slot.number());
    }

    /** A name of its own for something that bears another until the change is complete. */
    Identifier temporary(String kind, int number) {
        return new Identifier("%s_%s_%d"
                .formatted(
                        physical.name()
                                .substring(0, Math.min(40, physical.name().length())),
                        kind,
                        number));
    }
}
