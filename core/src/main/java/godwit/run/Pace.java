package godwit.run;

import java.time.Duration;

/** How time passes and work is scheduled: a clock, a way to wait, and a way to let work go on meanwhile. */
public interface Pace {
    /** Nanoseconds of a clock that only goes forward. */
    long nanos();

    void pause(Duration time);

    /** Ends another thread's pause, if it is in one. */
    void wake(Thread pausing);

    /** Runs work beside the caller, who goes on at once. */
    void beside(Runnable work);
}
