package godwit.testkit.fake;

/** The end of a process in the middle of its work; an Error, so that nothing in the process can handle it. */
public final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    public Killed(String where) {
        super(where, null, false, false);
    }
}
