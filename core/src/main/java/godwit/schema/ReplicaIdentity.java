package godwit.schema;

/** What the log holds of the old version of a changed row (PostgreSQL manual, ALTER TABLE REPLICA IDENTITY). */
public enum ReplicaIdentity {
    /** The columns of a key, and only when one of them changed. */
    KEY,
    /** The whole old row, always. */
    FULL,
    /** Nothing: updates and deletes cannot be followed. */
    NONE
}
