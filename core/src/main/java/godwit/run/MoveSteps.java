package godwit.run;

import godwit.move.Conduct.Mode;
import godwit.move.Side;
import godwit.traffic.CutoverActions;
import godwit.traffic.Journal;
import godwit.verify.Verification;
import java.util.Map;
import java.util.UUID;

/**
 * The effects of a move, in the order of its life.
 *
 * <p>Each step may be repeated after a crash and then does only what is missing. A step that fails for a passing cause
 * throws a GodwitException whose retry is LATER.
 */
public interface MoveSteps extends AutoCloseable {
    /** Where the move ends. */
    Mode mode();

    /** Refuses, with nothing changed, what the move cannot do. */
    void preflight();

    /** Listens to the source and makes the target's tables. */
    void expand();

    /** Copies what is not copied yet, and builds keys and indexes. */
    void fill();

    /** Opens the streams, if they are not open. */
    void follow();

    /** Whether the stream that applies has nothing waiting. */
    boolean isCaughtUp();

    /** Builds what must wait until both sides are in step: foreign keys, triggers, the gate and the way back. */
    void finish();

    /** Throws what ended a stream, if something did. */
    void requireAlive();

    /**
     * Throws when the run has to end although a step of it goes on: a server has given up its log or keeps too much of it,
     * or the source's schema has changed.
     */
    void requireRoom();

    Journal journal();

    CutoverActions cutover();

    /** The same actions without their effects: each takes as long as it would take. */
    CutoverActions rehearsal();

    /** Closes the streams and opens them again as the journal says. */
    void reopen();

    /**
     * Compares both sides at one position; may go on in a thread of its own beside everything but the streams' opening
     * and closing.
     *
     * @throws godwit.GodwitException {@code verification-cancelled} soon after it was asked to stop
     */
    Verification verify(UUID id, String phase, Stopping stopping);

    /**
     * Whether the sides were found alike at some moment, by a verification or under the fence of a switch, and every row that
     * was written since is known, so that comparing these rows is a proof. A verification that was begun since and did not
     * find them alike, streams that were opened anew, and a table that was written anew take that away.
     */
    boolean isProvenUntilNow(Side leader);

    /**
     * Looks whether somebody but Godwit has written on the side without the writes since both were last proven equal.
     *
     * @throws godwit.GodwitException {@code foreign-writers}
     */
    void requireNoForeignWriters();

    /**
     * The same, and that no table was made on the side without the writes: at the end of the run it would be left there.
     *
     * @throws godwit.GodwitException {@code foreign-writers}, {@code tables-not-followed}
     */
    void requireNothingLeft();

    /**
     * The same as far as it is known without the streams, which are lost.
     *
     * @throws godwit.GodwitException {@code foreign-writers}, {@code tables-not-followed}
     */
    void requireNothingKnownLeft();

    /** What is told beside a verification's result and is no difference, such as the tables that do not go along. */
    Map<String, Object> remarks();

    Signals signals();

    /**
     * Makes the side without the writes equal to the other, beside everything as {@link #verify}; asked to stop, it
     * changes nothing, unless all was just done.
     *
     * @return the number of rows written
     */
    long repair(UUID id, Stopping stopping);

    /** Ends the run with the writes on the target, and tells what is left at the source. */
    Map<String, Object> contract(boolean leaveWritable);

    /** The same where the source is gone for good: nothing is done there. */
    Map<String, Object> contractWithoutSource();

    /**
     * Looks whether a removal would find what others have hung on what the run made.
     *
     * @throws godwit.GodwitException {@code others-depend}
     */
    void requireRemovable(boolean keepTarget);

    /** Removes all that the run made; the ledger too, unless other runs are in it. */
    void remove(boolean keepTarget);

    /** From now on the work keeps to this: copying pauses at the end of a chunk, applying at a commit. */
    void heed(Steering steering);

    /** How things stand, for status. */
    Map<String, Object> live();

    /** Ends a step that another thread runs, as soon as it can. */
    void interrupt();

    @Override
    void close();
}
