package godwit.postgres.apply;

/**
 * How much of a stream is written at once.
 *
 * @param eventsPerBatch row changes after which a batch is written
 * @param bytesPerBatch bytes of row values after which a batch is written; one larger row passes alone
 * @param millisPerBatch how long changes wait for others before they are written, while more keep coming
 */
public record StreamLimits(long eventsPerBatch, long bytesPerBatch, long millisPerBatch) {
    public static final StreamLimits DEFAULT = new StreamLimits(20_000, 16L * 1024 * 1024, 200);
}
