package godwit.traffic;

import godwit.move.Side;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the writes from one side to the other; where clients are sent is told to the router afterwards.
 *
 * <p>Before the decision every failure undoes itself; after it there is only finishing. The order matters: the position
 * to catch up to is taken after the fence has drained the writers, never before, and the way back is written down before
 * the decision, never after.
 */
public final class Cutover {
    private static final Logger LOG = LoggerFactory.getLogger(Cutover.class);

    private final CutoverActions actions;
    private final LongSupplier nanos;
    private final Runnable requireLease;

    /**
     * @param nanos a clock that only goes forward, in nanoseconds
     * @param requireLease throws when another worker may have taken over the run. Asked under the fence: who takes over
     *     waits until no fence stands, so that a worker that was lost from sight decides before that or not at all
     */
    public Cutover(CutoverActions actions, LongSupplier nanos, Runnable requireLease) {
        this.actions = actions;
        this.nanos = nanos;
        this.requireLease = requireLease;
    }

    /**
     * Looks whether they can be moved, and whether the router works; nobody waits, and nothing has to be undone.
     *
     * @param from the side that is to lose the writes
     */
    public void prepare(Side from) {
        actions.checkBefore(from);
        actions.rehearseRoute(from);
        actions.advanceSequences(from);
    }

    /**
     * Prepares and moves the writes.
     *
     * @param journal what the gates say now; it must be settled, with the writes on the side that loses them
     * @return for how long writers had to wait, in milliseconds
     */
    public long run(Side from, Journal journal) {
        prepare(from);
        return move(from, journal);
    }

    /** As {@link #run}, once {@link #prepare} has found nothing. */
    public long move(Side from, Journal journal) {
        var epoch = journal.epoch() + 1;
        var began = nanos.getAsLong();
        try {
            actions.fence(from);
            requireLease.run();
            tell("drained", began);
            actions.catchUp(from);
            tell("caught up", began);
            actions.compareUnderFence(from);
            actions.recordWayBack(from);
            tell("compared, and the way back recorded", began);
            actions.decide(from, epoch);
        } catch (RuntimeException e) {
            undo(from, e);
            throw e;
        }
        actions.open(from.other(), epoch);
        return (nanos.getAsLong() - began) / 1_000_000;
    }

    private void tell(String what, long began) {
        LOG.info("under the fence for {} ms: {}", (nanos.getAsLong() - began) / 1_000_000, what);
    }

    private void undo(Side from, RuntimeException cause) {
        try {
            actions.undo(from);
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}
