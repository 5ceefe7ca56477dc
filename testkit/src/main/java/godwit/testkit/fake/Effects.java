package godwit.testkit.fake;

/** What happens around each effect of a process: time passes, things break, the process is killed. */
public interface Effects {
    void before(String effect);

    void after(String effect);
}
