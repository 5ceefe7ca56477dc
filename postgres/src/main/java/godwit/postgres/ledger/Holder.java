package godwit.postgres.ledger;

import java.time.Instant;

/**
 * The worker that holds a run's lease.
 *
 * @param host the machine it runs on; empty while it has not signed
 * @param process its process there
 * @param session the server process of its session in the target
 * @param since when it took the lease, UTC
 */
public record Holder(String host, long process, int session, Instant since) {
    /** For a worker that signs. */
    public static Holder signing(String host, long process) {
        return new Holder(host, process, 0, Instant.EPOCH);
    }
}
