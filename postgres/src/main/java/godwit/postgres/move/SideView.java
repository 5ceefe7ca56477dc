package godwit.postgres.move;

import godwit.Problem;
import godwit.move.Side;
import java.util.List;
import java.util.Optional;

/**
 * What can be seen of one side of a run; never the text of a statement, which may quote a row.
 *
 * @param problem why nothing can be seen
 * @param place host, port and database
 * @param server the server's version
 * @param transport {@code TLSv1.3} or the like, or {@code plain}
 * @param seesOthers whether Godwit's role may see what other roles' sessions do
 * @param slots the run's replication slots here
 * @param gate the fence's state here
 * @param longTransactions the oldest transactions that are not Godwit's
 * @param lockWaits who waits for whom
 * @param sessions Godwit's own
 */
public record SideView(
        Side side,
        Optional<Problem> problem,
        String place,
        String server,
        String transport,
        boolean seesOthers,
        List<Slot> slots,
        Optional<GateView> gate,
        List<Activity> longTransactions,
        List<LockWait> lockWaits,
        List<Activity> sessions) {
    /** A replication slot and the log that its side keeps for it. */
    public record Slot(String name, boolean active, long keptBytes, String walStatus) {}

    /** Where the journal stands on this side, and whether a fence stands. */
    public record GateView(long epoch, boolean fenced) {}

    /**
     * What a session does.
     *
     * @param seconds since its transaction, else its session, began
     */
    public record Activity(int pid, String role, String application, String state, long seconds) {}

    /**
     * A session that waits for a lock.
     *
     * @param by the processes that it waits for
     */
    public record LockWait(int pid, String application, String table, List<Integer> by, long seconds) {}

    static SideView unseen(Side side, String place, Problem problem) {
        return new SideView(
                side,
                Optional.of(problem),
                place,
                "",
                "",
                false,
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of());
    }
}
