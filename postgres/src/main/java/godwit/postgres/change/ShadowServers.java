package godwit.postgres.change;

import godwit.postgres.Database;
import java.util.Optional;

/** Servers of one's own, on which statements are tried that nobody else notices. */
public interface ShadowServers {
    /** A server that was started for this. */
    interface Shadow extends AutoCloseable {
        /** An empty database, as a superuser. */
        Database database();

        @Override
        void close();
    }

    /** Starts one of this major version; empty where there is none to be had. */
    Optional<Shadow> start(int major);

    /** None are wanted. */
    ShadowServers NONE = major -> Optional.empty();
}
