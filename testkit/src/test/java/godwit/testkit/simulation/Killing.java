package godwit.testkit.simulation;

/** Says before and after each effect whether the process is killed there. */
interface Killing {
    Killing NEVER = (effect, kill) -> {};

    void around(String effect, Runnable kill);
}
