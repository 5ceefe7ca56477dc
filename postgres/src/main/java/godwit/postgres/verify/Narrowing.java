package godwit.postgres.verify;

import godwit.verify.BucketPlan;
import godwit.verify.Fingerprint;
import godwit.verify.KeyDifference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Finds the keys under which the two sides of a table differ.
 *
 * <p>Rows are put into buckets by their key's hash. Only buckets that differ are looked at again, in finer ones, until
 * what is left fits in memory; then its keys are fetched. When too many rows differ for that, the differing buckets are
 * fetched in batches, so that memory stays bounded and only time grows. Buckets, not ranges of keys: two servers may
 * sort the same texts differently.
 */
final class Narrowing {
    private static final int BUCKETS_IN_MEMORY_MAX = 1 << 16;
    private static final long ROWS_PER_BUCKET = 256;

    private final TableReading leader;
    private final TableReading follower;
    private final long keysInMemoryMax;

    Narrowing(TableReading leader, TableReading follower, long keysInMemoryMax) {
        this.leader = leader;
        this.follower = follower;
        this.keysInMemoryMax = keysInMemoryMax;
    }

    /**
     * The differences, batch by batch; each batch is read when it is asked for.
     *
     * @param rows the rows of the bigger side
     */
    Stream<List<KeyDifference>> differences(long rows) {
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
        var last = found.plan();
        return BucketPlan.batches(found.rows(), keysInMemoryMax).stream().map(batch -> differing(last, batch));
    }

    private Narrowed narrowed(BucketPlan plan, BucketPlan within, Collection<Long> wanted) {
        var here = leader.beginBuckets(plan, within, wanted);
        var there = follower.beginBuckets(plan, within, wanted);
        var leaderBuckets = merged(here);
        var followerBuckets = merged(there);
        var differing = BucketPlan.differing(leaderBuckets, followerBuckets);
        return new Narrowed(plan, BucketPlan.rows(differing, leaderBuckets, followerBuckets));
    }

    private List<KeyDifference> differing(BucketPlan plan, List<Long> buckets) {
        var here = leader.beginKeys(plan, buckets);
        var there = follower.beginKeys(plan, buckets);
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
