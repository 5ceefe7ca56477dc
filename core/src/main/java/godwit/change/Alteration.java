package godwit.change;

import godwit.schema.Identifier;
import java.util.Optional;

/**
 * What is to be changed of a column; at least one of it is.
 *
 * @param type as SQL has it, such as {@code varchar(40)}
 * @param collation as SQL has it behind COLLATE, such as {@code "de_DE"}
 * @param nullable whether the column takes NULL from now on
 * @param defaultValue an expression
 * @param unique the name of a constraint to add
 */
public record Alteration(
        Optional<String> type,
        Optional<String> collation,
        Optional<Boolean> nullable,
        Setting defaultValue,
        Setting comment,
        Optional<Identifier> unique,
        Optional<ColumnSpec.Check> check,
        Optional<ColumnSpec.Reference> references) {
    /** One that changes a column's values alone. */
    public static Alteration ofValues() {
        return new Alteration(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new Setting.Kept(),
                new Setting.Kept(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** One that changes a column's values, and has it take no NULL. */
    public static Alteration ofKey() {
        return new Alteration(
                Optional.empty(),
                Optional.empty(),
                Optional.of(false),
                new Setting.Kept(),
                new Setting.Kept(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Whether nothing is changed. */
    public boolean isEmpty() {
        return type.isEmpty()
                && collation.isEmpty()
                && nullable.isEmpty()
                && defaultValue instanceof Setting.Kept
                && comment instanceof Setting.Kept
                && unique.isEmpty()
                && check.isEmpty()
                && references.isEmpty();
    }

    /** What becomes of something that a column may have or not. */
    public sealed interface Setting {
        /** It stays as it is. */
        record Kept() implements Setting {}

        /** It is taken away. */
        record Removed() implements Setting {}

        /** @param text what it is from now on */
        record Given(String text) implements Setting {}
    }
}
