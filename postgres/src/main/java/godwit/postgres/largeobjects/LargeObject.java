package godwit.postgres.largeobjects;

/**
 * What one side has under an OID, as far as it takes to tell whether the other side has the same.
 *
 * @param bytes its length, holes included
 * @param print its length, a 64-bit hash of its contents, and one of its owner, privileges and comment
 */
record LargeObject(long oid, long bytes, String print) {}
