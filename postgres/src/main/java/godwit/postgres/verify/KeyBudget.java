package godwit.postgres.verify;

import godwit.verify.RowKey;
import java.util.concurrent.atomic.AtomicLong;

/** Memory for the keys that are fetched at once, shared by all that fetch. */
final class KeyBudget {
    /** Around a key of one short value: its objects, what stands under it, and its places in two maps. */
    static final long BYTES_PER_KEY_USUAL = 400;

    private static final long BYTES_PER_CHARACTER = 2;

    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong keys = new AtomicLong();

    KeyBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Takes memory for a key; false when there is none left, and fetching is to end. */
    boolean take(RowKey key) {
        var text = key.values().stream().mapToLong(String::length).sum();
        keys.incrementAndGet();
        return bytes.addAndGet(BYTES_PER_KEY_USUAL + BYTES_PER_CHARACTER * text) <= bytesMax;
    }

    /** Whether more was needed than there is: what was fetched is not all. */
    boolean isSpent() {
        return bytes.get() > bytesMax;
    }

    /** So many keys like those that were fetched fit, 1 at least. */
    long keysThatFit() {
        return Math.max(1, bytesMax / Math.max(1, bytes.get() / Math.max(1, keys.get())));
    }
}
