package godwit.postgres.verify;

import godwit.verify.BucketPlan;
import godwit.verify.Fingerprint;
import godwit.verify.KeyDifference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Future;

/**
 * Finds the keys under which the two sides of a table differ.
 *
 * <p>Rows are put into buckets by their key's hash. Only buckets that differ are looked at again, in finer ones, until
 * what is left fits in memory; then its keys are fetched. When too many rows differ for that, or their keys are long, the
 * differing buckets are fetched in batches, so that memory stays bounded and only time grows. Buckets, not ranges of keys: two servers may
 * sort the same texts differently.
 */
final class Narrowing {
    private static final int BUCKETS_IN_MEMORY_MAX = 1 << 16;
    private static final long ROWS_PER_BUCKET = 256;

    private final TableReading leader;
    private final TableReading follower;
    private final long keyBytesMax;
    private final long keysInMemoryMax;

    Narrowing(TableReading leader, TableReading follower, long keyBytesMax) {
        this.leader = leader;
        this.follower = follower;
        this.keyBytesMax = keyBytesMax;
        this.keysInMemoryMax = Math.max(1, keyBytesMax / KeyBudget.BYTES_PER_KEY_USUAL);
    }

    /**
     * The differences, batch by batch; each batch is read when it is asked for.
     *
     * @param rows the rows of the bigger side
     */
    Iterator<List<KeyDifference>> differences(long rows) {
        var perBucket = Math.min(ROWS_PER_BUCKET, Math.max(1, keysInMemoryMax / 4));
        var plan = BucketPlan.ofRows(rows, perBucket, BUCKETS_IN_MEMORY_MAX);
        var found = narrowed(plan, new BucketPlan(0, 1), List.of(0L));
        while (found.total() > keysInMemoryMax
                && found.plan().mayBeFinerFor(found.rows().size())) {
            var finer = found.plan().finerFor(found.rows().size());
            var next = narrowed(finer, found.plan(), found.rows().keySet());
            if (next.total() > found.total() / 2) {
                found = next;
                break;
            }
            found = next;
        }
        return new Batches(found);
    }

    /** The differences in some buckets, in batches whose keys fit in memory; a bucket alone has to. */
    private final class Batches implements Iterator<List<KeyDifference>> {
        private final Narrowed found;
        private final Deque<List<Long>> waiting;

        Batches(Narrowed found) {
            this.found = found;
            this.waiting = new ArrayDeque<>(BucketPlan.batches(found.rows(), keysInMemoryMax));
        }

        @Override
        public boolean hasNext() {
            return !waiting.isEmpty();
        }

        @Override
        public List<KeyDifference> next() {
            while (true) {
                var batch = waiting.removeFirst();
                var budget = new KeyBudget(batch.size() == 1 ? Long.MAX_VALUE : keyBytesMax);
                var differing = differing(found.plan(), batch, budget);
                if (!budget.isSpent()) {
                    return differing;
                }
                part(batch, budget.keysThatFit());
            }
        }

        /** Parts a batch whose keys are longer than was thought. */
        private void part(List<Long> batch, long keysThatFit) {
            var rows = new TreeMap<Long, Long>();
            batch.forEach(bucket -> rows.put(bucket, found.rows().getOrDefault(bucket, 0L)));
            var half = rows.values().stream().mapToLong(Long::longValue).sum() / 2;
            BucketPlan.batches(rows, Math.max(1, Math.min(keysThatFit, half)))
                    .reversed()
                    .forEach(waiting::addFirst);
        }
    }

    private Narrowed narrowed(BucketPlan plan, BucketPlan within, Collection<Long> wanted) {
        var here = leader.beginBuckets(plan, within, wanted);
        var there = follower.beginBuckets(plan, within, wanted);
        var leaderBuckets = merged(here);
        var followerBuckets = merged(there);
        var differing = BucketPlan.differing(leaderBuckets, followerBuckets);
        return new Narrowed(plan, BucketPlan.rows(differing, leaderBuckets, followerBuckets));
    }

    private List<KeyDifference> differing(BucketPlan plan, List<Long> buckets, KeyBudget budget) {
        var here = leader.beginKeys(plan, buckets, budget);
        var there = follower.beginKeys(plan, buckets, budget);
        var leaderKeys = merged(here);
        var followerKeys = merged(there);
        var keys = new HashSet<>(leaderKeys.keySet());
        keys.addAll(followerKeys.keySet());
        var differences = new ArrayList<KeyDifference>();
        for (var key : keys) {
            var difference = new KeyDifference(
                    key,
                    leaderKeys.getOrDefault(key, Fingerprint.EMPTY),
                    followerKeys.getOrDefault(key, Fingerprint.EMPTY));
            if (!difference.leader().equals(difference.follower())) {
                differences.add(difference);
            }
        }
        return differences;
    }

    private static <K> Map<K, Fingerprint> merged(List<Future<Map<K, Fingerprint>>> begun) {
        var all = new HashMap<K, Fingerprint>();
        for (var piece : Side.results(begun)) {
            piece.forEach((key, found) -> all.merge(key, found, Fingerprint::plus));
        }
        return all;
    }

    /** The buckets of a plan that differ, with the rows of both sides in them. */
    private record Narrowed(BucketPlan plan, SortedMap<Long, Long> rows) {
        long total() {
            return rows.values().stream().mapToLong(Long::longValue).sum();
        }
    }
}
