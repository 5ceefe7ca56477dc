package godwit.traffic;

import godwit.move.Side;
import java.util.Map;

/**
 * The effects of a cutover, one by one; {@link Cutover} decides their order.
 *
 * <p>Each may be called again after a crash and then finds what it did before.
 */
public interface CutoverActions {
    /** Refuses when the way back would not work, or when the writers to be drained would not end in time. */
    void checkBefore(Side from);

    /** Runs the router as things stand, so that one that cannot run is found before anybody waits. */
    void rehearseRoute(Side from);

    /** Sets the other side's sequences ahead, so that no value is given twice. */
    void advanceSequences(Side from);

    /** Makes writers wait and waits until those under way have ended. */
    void fence(Side from);

    /** Waits until everything that was committed before the fence is on the other side. */
    void catchUp(Side from);

    /**
     * Compares what can differ without a row differing, sequences and the catalogs, and the rows that were written since
     * the last verification, as many as fit.
     */
    void compareUnderFence(Side from);

    /** How many rows the last {@link #compareUnderFence} looked at, ready to be written as JSON. */
    Map<String, Object> account();

    /** Writes down from where the way back is followed. */
    void recordWayBack(Side from);

    /** Decides: the losing side's gate gets the new epoch, together with the fence's permanence. */
    void decide(Side from, long epoch);

    /** Lets the gaining side's writers in; a gate that has a newer epoch keeps it. */
    void open(Side to, long epoch);

    /** Tells the router where writes go. */
    void route(Side to);

    /** Ends the fence with nothing decided. */
    void undo(Side from);
}
