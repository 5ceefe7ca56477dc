package godwit.cli.live;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Godwit's own log on standard error, which would run through what is drawn there. */
public final class Chatter {
    /** Held here, because the JDK's logging forgets loggers that nobody holds. */
    private static final Logger LOGGER = Logger.getLogger("godwit");

    private Chatter() {}

    /** From now on only warnings are logged. */
    public static void hush() {
        LOGGER.setLevel(Level.WARNING);
    }
}
