package godwit.run;

import godwit.GodwitException;
import godwit.Problem;

/**
 * Something long that is done for a run beside its worker's turns; what follows from it is done in a turn.
 *
 * @param <T> what comes of the long part
 */
interface Errand<T> {
    /** What it is, for status. */
    String word();

    /** The long part, in a thread of its own: it uses neither the ledger nor the run's phase. */
    T work(Stopping stopping);

    /** What follows from it. */
    void ended(T result);

    /** What follows when the long part failed. */
    void failed(GodwitException cause);

    /** What follows when it was ended early, because something else goes before it. */
    default void abandoned(Problem why) {
        failed(why.asException());
    }

    /** Whether it is ended early for this; everything else but steering waits until it has ended. */
    default boolean givesWayTo(Verb verb) {
        return verb == Verb.ROLLBACK;
    }
}
