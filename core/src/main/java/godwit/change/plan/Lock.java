package godwit.change.plan;

import java.util.Locale;

/** The strongest lock that a step takes on a table that clients use (PostgreSQL manual, 13.3.1). */
public enum Lock {
    NONE("nobody"),
    ACCESS_SHARE("who would drop or write the table anew"),
    ROW_SHARE("who would have the table alone"),
    ROW_EXCLUSIVE("writers of the same rows, for one batch"),
    SHARE_UPDATE_EXCLUSIVE("other changes of the table, and VACUUM"),
    SHARE("writers"),
    SHARE_ROW_EXCLUSIVE("writers"),
    EXCLUSIVE("writers, and readers that lock rows"),
    ACCESS_EXCLUSIVE("readers and writers, for a moment"),
    /** Of statements of people's own without a forecast. */
    UNKNOWN("whatever its statements block");

    private final String blocks;

    Lock(String blocks) {
        this.blocks = blocks;
    }

    /** Whom it keeps waiting. */
    public String blocks() {
        return blocks;
    }

    /** As the manual writes it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
