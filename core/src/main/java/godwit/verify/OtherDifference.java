package godwit.verify;

/**
 * A difference that is not in a row: a column, a constraint, a sequence, an orphan of a foreign key.
 *
 * @param kind a kebab-case name that scripts rely on, such as {@code table-missing} or {@code sequence-behind}
 * @param object the name of the object, as people write it
 * @param message what is different, without the contents of rows
 */
public record OtherDifference(String kind, String object, String message) {
    /** The kind of a table that was truncated or rewritten while it was read, and so was not compared. */
    public static final String REWRITTEN = "table-rewritten";

    public boolean isRewritten() {
        return kind.equals(REWRITTEN);
    }
}
