package godwit.demo;

/**
 * What the clients met, as they count it themselves.
 *
 * @param clients how many work
 * @param committed transactions that ended well, those that only read among them
 * @param failed transactions that were given up
 * @param retried attempts that met a fence, a side without the writes, or a deadlock, and were made again
 * @param p50Millis half of the transactions took no longer, retries included
 * @param p99Millis 99 of 100 transactions took no longer
 * @param maxMillis no transaction took longer
 */
public record WorkloadReport(
        int clients, long committed, long failed, long retried, double p50Millis, double p99Millis, double maxMillis) {}
