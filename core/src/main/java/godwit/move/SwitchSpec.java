package godwit.move;

import java.util.List;

/**
 * How writes change sides.
 *
 * @param hook a command and its arguments, run with GODWIT_WRITES=source or target when writes move; empty: none
 * @param fenceSecondsMax a fence that nobody renews ends by itself after this time
 * @param pauseMillisMax how long writers may have to wait in all: drain, catch-up and comparison share it, and a
 *     switch that has not decided by then undoes itself
 * @param hookSecondsMax the hook is ended after this time
 * @param rollbackSecondsMax a switch whose way back is predicted to take longer is refused
 * @param watching what makes a switched run go back by itself
 */
public record SwitchSpec(
        List<String> hook,
        int fenceSecondsMax,
        int pauseMillisMax,
        int hookSecondsMax,
        int rollbackSecondsMax,
        Watching watching) {
    public static final SwitchSpec DEFAULT = new SwitchSpec(List.of(), 5, 3000, 30, 300);

    public SwitchSpec {
        hook = List.copyOf(hook);
    }

    /** As it is, watched as usual. */
    public SwitchSpec(
            List<String> hook, int fenceSecondsMax, int pauseMillisMax, int hookSecondsMax, int rollbackSecondsMax) {
        this(hook, fenceSecondsMax, pauseMillisMax, hookSecondsMax, rollbackSecondsMax, Watching.USUAL);
    }

    /** The same, watched in another way. */
    public SwitchSpec watched(Watching otherwise) {
        return new SwitchSpec(hook, fenceSecondsMax, pauseMillisMax, hookSecondsMax, rollbackSecondsMax, otherwise);
    }
}
