package godwit.run;

import godwit.move.HealthCheck;
import godwit.move.SwitchSpec;

/** What tells whether a switched run does well. */
public interface Signals {
    /** What is allowed, and what is asked how often. */
    SwitchSpec limits();

    /** Asks one of the people's own checks; one that cannot be asked has not passed. */
    boolean passes(HealthCheck check);

    /** The writes have just changed sides: from now on {@link #standstillMillis} counts anew. */
    void begin();

    /** For how long the stream that applies has not had all that was committed, also over workers that failed one after the other. */
    long standstillMillis();
}
