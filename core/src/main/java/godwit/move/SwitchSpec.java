package godwit.move;

import java.util.List;

/**
 * How writes change sides.
 *
 * @param hook a command and its arguments, run with GODWIT_WRITES=source or target when writes move; empty: none
 * @param fenceSecondsMax a fence that nobody renews ends by itself after this time
 * @param pauseMillisMax a switch that has not decided within this time after the fence began undoes itself
 * @param hookSecondsMax the hook is ended after this time
 * @param rollbackSecondsMax a switch whose way back is predicted to take longer is refused
 */
public record SwitchSpec(
        List<String> hook, int fenceSecondsMax, int pauseMillisMax, int hookSecondsMax, int rollbackSecondsMax) {
    public static final SwitchSpec DEFAULT = new SwitchSpec(List.of(), 5, 3000, 30, 300);

    public SwitchSpec {
        hook = List.copyOf(hook);
    }
}
