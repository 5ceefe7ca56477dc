package godwit.postgres.ledger;

import java.time.Instant;

/**
 * The worker that holds a run's lease.
 *
 * @param host the machine it runs on; empty while it has not signed
 * @param process its process there
 * @param doing the verb that it carries out: {@code start} for one that stays, another for one that soon ends
 * @param session the server process of its session in the target
 * @param since when it took the lease, UTC
 */
public record Holder(String host, long process, String doing, int session, Instant since) {
    /** For a worker that signs. */
    public static Holder signing(String host, long process, String doing) {
        return new Holder(host, process, doing, 0, Instant.EPOCH);
    }
}
