package godwit.change.plan;

import godwit.change.Alteration;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
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
        Alteration.Setting comment) {

    /** The name of the check by which it is known to hold no NULL before that is its own property. */
    Identifier notNullCheck() {
        return new Identifier("_godwit_not_null_%08x".formatted(physical.name().hashCode()));
    }
}
