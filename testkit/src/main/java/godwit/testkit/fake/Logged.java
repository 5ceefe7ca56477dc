package godwit.testkit.fake;

import godwit.move.Lsn;
import java.util.List;

/**
 * A committed transaction as the log has it.
 *
 * @param commit the position of its commit
 * @param end the position after it: once the log is flushed up to here, no crash takes the transaction back
 * @param origin who committed it
 * @param markers logical messages in it
 */
public record Logged(long xid, Lsn commit, Lsn end, Origin origin, List<String> markers, List<Write> writes) {
    /** Who commits. */
    public enum Origin {
        CLIENT,
        /** Godwit, applying the other side's changes: it begins with the message that marks an echo. */
        ECHO,
        GODWIT
    }

    public Logged {
        markers = List.copyOf(markers);
        writes = List.copyOf(writes);
    }
}
