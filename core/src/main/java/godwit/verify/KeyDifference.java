package godwit.verify;

/**
 * A key under which the two sides do not hold the same.
 *
 * @param key the key, or the hash of a row without one
 * @param leader what the leader holds under it
 * @param follower what the follower holds under it
 */
public record KeyDifference(RowKey key, Fingerprint leader, Fingerprint follower) {
    public RowDifference.Kind kind() {
        if (follower.rows() == 0) {
            return RowDifference.Kind.MISSING;
        }
        return leader.rows() == 0 ? RowDifference.Kind.EXTRA : RowDifference.Kind.CHANGED;
    }

    /** How many copies of a row without a key are too many or too few on the follower. */
    public long copies() {
        return Math.abs(leader.rows() - follower.rows());
    }

    /** What is wrong with a row without a key: it has no contents beside itself that could change. */
    public RowDifference.Kind kindOfCopies() {
        return leader.rows() > follower.rows() ? RowDifference.Kind.MISSING : RowDifference.Kind.EXTRA;
    }
}
