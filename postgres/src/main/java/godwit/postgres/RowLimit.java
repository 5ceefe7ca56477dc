package godwit.postgres;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.schema.TableName;
import java.util.List;

/**
 * How large a row may be that is held in memory, and what is told of one that is larger.
 *
 * <p>The driver takes the memory for a row before anybody can see its size, so a row that does not fit is told too.
 *
 * @param bytesMax the limit {@code rowBytesMax}
 */
public record RowLimit(long bytesMax) {
    private static final String UNFIT = "memory-too-small";
    private static final String HINT =
            "Raise limits.rowBytesMax if that is the limit, and the memory with GODWIT_JAVA_OPTS=-Xmx….";

    public void require(TableName table, long bytes) {
        if (bytes > bytesMax) {
            throw Problem.of(
                            "row-too-large",
                            "%s has a row of %d bytes, more than rowBytesMax (%d)."
                                    .formatted(table.plain(), bytes, bytesMax),
                            HINT)
                    .withObjects(List.of(table.plain()))
                    .asException();
        }
    }

    /** A row of a table, or of whatever is named, did not fit into the memory that was left. */
    public static GodwitException unfit(String where, OutOfMemoryError cause) {
        var megabytes = Runtime.getRuntime().maxMemory() >> 20;
        var message = "A row of %s does not fit into the memory of %d MB.".formatted(where, megabytes);
        return new GodwitException(Problem.of(UNFIT, message, HINT), Retry.NEVER, cause);
    }

    /** Whether a failure says that a row did not fit into the memory that was left. */
    public static boolean isUnfit(GodwitException failure) {
        return failure.problem().code().equals(UNFIT);
    }
}
