package godwit.demo;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What all clients of a workload count together, from its start or from a lap's. */
final class Counters {
    private static final int FAILURES_KEPT_MAX = 20;

    private final LongAdder committed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder retried = new LongAdder();
    private final Latencies latencies = new Latencies();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger kept = new AtomicInteger();

    void committed(long nanos) {
        committed.increment();
        latencies.add(nanos);
    }

    void retried() {
        retried.increment();
    }

    void failed(String what) {
        failed.increment();
        if (kept.getAndIncrement() < FAILURES_KEPT_MAX) {
            failures.add(what);
        }
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    WorkloadReport report(int clients) {
        return new WorkloadReport(
                clients,
                committed.sum(),
                failed.sum(),
                retried.sum(),
                latencies.millisAt(0.5),
                latencies.millisAt(0.99),
                latencies.maxMillis());
    }
}
