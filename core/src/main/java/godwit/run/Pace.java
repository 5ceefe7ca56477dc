package godwit.run;

import java.time.Duration;

/** The time that passes: a clock and a way to wait. */
public interface Pace {
    /** Nanoseconds of a clock that only goes forward. */
    long nanos();

    void pause(Duration time);
}
