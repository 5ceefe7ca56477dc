package godwit.postgres.apply;

import godwit.move.LiveSetting;
import godwit.move.Tuning;

/**
 * How much of a stream is written at once.
 *
 * @param eventsPerBatch row changes after which a batch is written at the next commit; a quarter more, and it is not
 *     waited for
 * @param bytesPerBatch bytes of row values of which the same holds; one larger row passes alone
 * @param millisPerBatch how long changes wait for others before they are written, while more keep coming
 */
public record StreamLimits(long eventsPerBatch, long bytesPerBatch, long millisPerBatch) {
    public static final StreamLimits DEFAULT = of(Tuning.DEFAULT);

    /** Those that people have chosen. */
    public static StreamLimits of(Tuning tuning) {
        return new StreamLimits(
                tuning.of(LiveSetting.ROWS_PER_BATCH),
                tuning.of(LiveSetting.BYTES_PER_BATCH),
                tuning.of(LiveSetting.MILLIS_PER_BATCH));
    }
}
