package godwit.demo;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAccumulator;

/** Durations counted in buckets that are never wider than a sixteenth of their value; written by many threads. */
final class Latencies {
    private static final int STEPS = 16;
    private static final int STEP_BITS = 4;
    private static final int BUCKETS = STEPS * (Long.SIZE - STEP_BITS + 1);

    private final AtomicLongArray buckets = new AtomicLongArray(BUCKETS);
    private final LongAccumulator longestMicros = new LongAccumulator(Math::max, 0);

    void add(long nanos) {
        var micros = Math.max(0, nanos / 1000);
        buckets.incrementAndGet(bucket(micros));
        longestMicros.accumulate(micros);
    }

    /** The duration in milliseconds that this share of all was not above; 0 when there are none. */
    double millisAt(double share) {
        long count = 0;
        for (int i = 0; i < BUCKETS; i++) {
            count += buckets.get(i);
        }
        var wanted = (long) Math.ceil(share * count);
        long seen = 0;
        for (int i = 0; i < BUCKETS && count > 0; i++) {
            seen += buckets.get(i);
            if (seen >= wanted) {
                return Math.min(upperMicros(i), longestMicros.get()) / 1000.0;
            }
        }
        return 0;
    }

    double maxMillis() {
        return longestMicros.get() / 1000.0;
    }

    private static int bucket(long micros) {
        if (micros < STEPS) {
            return (int) micros;
        }
        var shift = Long.SIZE - 1 - STEP_BITS - Long.numberOfLeadingZeros(micros);
        return (shift << STEP_BITS) + (int) (micros >> shift);
    }

    private static long upperMicros(int bucket) {
        if (bucket < STEPS) {
            return bucket;
        }
        var shift = (bucket >> STEP_BITS) - 1;
        var step = bucket - (shift << STEP_BITS);
        return ((step + 1L) << shift) - 1;
    }
}
