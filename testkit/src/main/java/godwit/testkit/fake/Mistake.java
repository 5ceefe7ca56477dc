package godwit.testkit.fake;

/** A wrong rule, put into a fake on purpose to show that the simulation notices it. */
public enum Mistake {
    /** A transaction is taken for copied when it committed before the copy, not when the copy saw it. */
    JOIN_BY_POSITION,
    /** Nobody waits until commits that were in the log before the slot are visible. */
    NO_BARRIER,
    /** Each chunk of a table is read under a snapshot of its own. */
    SNAPSHOT_PER_CHUNK,
    /** A table that got another file while it was copied counts as copied. */
    NO_FILE_CHECK,
    /** A copy counts although a crash could take back what it saw. */
    COPY_NOT_FLUSHED,
    /** A stream is held only when the position to compare at is known, and may be beyond it. */
    HOLD_AFTER_POSITION,
    /** The position to catch up to is taken before the writers are drained. */
    POSITION_BEFORE_DRAIN,
    /** The gaining side is opened before the losing one is closed. */
    OPEN_BEFORE_DECIDE,
    /** What Godwit applied is taken for a user's write and applied back. */
    NO_ECHO_DROP,
    /** A position is confirmed before what came before it is safe. */
    CONFIRM_BEFORE_COMMIT,
    /** The position is not kept in the transaction that applies. */
    POSITION_APART,
    /** A worker does not look whether the run is still its own. */
    LEASE_UNCHECKED,
    /** A worker takes over although another one's fence stands, which may still decide. */
    FENCE_NOT_AWAITED,
    /** Streams begin by what the gates said before the streams were this worker's alone. */
    GATES_READ_ONCE,
    /** An older decision may overwrite a newer one. */
    EPOCH_GOES_BACK,
    /** The target is unguarded before its tables are dropped. */
    UNGUARD_BEFORE_DROP
}
