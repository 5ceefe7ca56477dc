package godwit.verify;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How rows are sorted into buckets by the low bits of their key's hash, so that two sides can be compared bucket by
 * bucket in limited memory.
 *
 * @param bits how many low bits of the hash number the buckets
 * @param groupsMax the most buckets that are held in memory at once
 */
public record BucketPlan(int bits, int groupsMax) {
    private static final int BITS_MAX = 48;

    /** The first plan for a table: about so many rows in each bucket, as long as the buckets fit in memory. */
    public static BucketPlan ofRows(long rows, long rowsPerBucket, int groupsMax) {
        var wanted = 64 - Long.numberOfLeadingZeros(rows / Math.max(1, rowsPerBucket));
        var most = 31 - Integer.numberOfLeadingZeros(Math.max(1, groupsMax));
        return new BucketPlan(Math.min(wanted, most), groupsMax);
    }

    public long mask() {
        return (1L << bits) - 1;
    }

    /** Whether a finer plan would still fit in memory when only these buckets are looked at. */
    public boolean mayBeFinerFor(int buckets) {
        return bits < BITS_MAX && buckets * 2L <= groupsMax;
    }

    /** The plan with each of these buckets halved as often as memory allows. */
    public BucketPlan finerFor(int buckets) {
        var times = 63 - Long.numberOfLeadingZeros(Math.max(2, groupsMax / Math.max(1, buckets)));
        return new BucketPlan(Math.min(BITS_MAX, bits + times), groupsMax);
    }

    /** The buckets that do not add up to the same on both sides. */
    public static Set<Long> differing(Map<Long, Fingerprint> leader, Map<Long, Fingerprint> follower) {
        var all = new HashSet<>(leader.keySet());
        all.addAll(follower.keySet());
        all.removeIf(bucket -> of(leader, bucket).equals(of(follower, bucket)));
        return Set.copyOf(all);
    }

    /** The rows of both sides in each of these buckets. */
    public static SortedMap<Long, Long> rows(
            Set<Long> buckets, Map<Long, Fingerprint> leader, Map<Long, Fingerprint> follower) {
        var rows = new TreeMap<Long, Long>();
        buckets.forEach(bucket -> rows.put(
                bucket, of(leader, bucket).rows() + of(follower, bucket).rows()));
        return rows;
    }

    /** These buckets in batches that are fetched one after another, each of at most so many rows, or of one bucket. */
    public static List<List<Long>> batches(SortedMap<Long, Long> rowsByBucket, long rowsMax) {
        var batches = new ArrayList<List<Long>>();
        long rows = Long.MAX_VALUE;
        for (var bucket : rowsByBucket.entrySet()) {
            if (rows > rowsMax - bucket.getValue()) {
                batches.add(new ArrayList<>());
                rows = 0;
            }
            batches.getLast().add(bucket.getKey());
            rows += bucket.getValue();
        }
        return batches.stream().map(List::copyOf).toList();
    }

    private static Fingerprint of(Map<Long, Fingerprint> side, Long bucket) {
        return side.getOrDefault(bucket, Fingerprint.EMPTY);
    }
}
