package godwit.postgres.ledger;

/**
 * What a run has copied, as its chunks add up.
 *
 * @param bytes as they went over the wire
 * @param seconds from the begin of the first chunk to the end of the last
 */
public record Copied(long rows, long bytes, double seconds) {}
