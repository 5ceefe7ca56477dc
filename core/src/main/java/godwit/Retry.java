package godwit;

/** Whether the work that failed may be tried again as it is. */
public enum Retry {
    /** The cause does not go away by itself. */
    NEVER,
    /** The cause is passing, such as a lost connection: what was committed stands, and the rest may be repeated. */
    LATER
}
