package godwit.cli.live;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Godwit's own log on standard error, which would run through what is drawn there. */
public final class Chatter {
    private Chatter() {}

    /** From now on only warnings are shown; the log in files goes on. */
    public static void hush() {
        for (var handler : Logger.getLogger("").getHandlers()) {
            handler.setLevel(Level.WARNING);
        }
    }
}
