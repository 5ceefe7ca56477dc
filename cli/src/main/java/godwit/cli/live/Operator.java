package godwit.cli.live;

import godwit.cli.log.StateFolder;
import org.jspecify.annotations.Nullable;

/**
 * Who works on a run.
 *
 * @param name the system's user, and for whom, as the ledger has it
 * @param state where this machine keeps what belongs to it
 */
public record Operator(String name, StateFolder state) {
    /** @param as for whom it is done, where that is somebody else */
    public static Operator of(@Nullable String as, StateFolder state) {
        var user = System.getProperty("user.name", "unknown");
        return new Operator(as == null ? user : user + " as " + as, state);
    }
}
