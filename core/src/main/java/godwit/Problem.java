package godwit;

import java.util.List;

/**
 * What went wrong, told so that a person or a script can act on it.
 *
 * @param code a kebab-case name that scripts rely on; it never changes its meaning. {@code docs/reference/problems.md}
 *     lists all of them.
 * @param message what happened to which object; never a secret, never the contents of a row
 * @param hint what to do now
 * @param objects the tables, slots, files or settings concerned, by the names that people know them by
 * @param pids the server processes concerned, such as the sessions that block a switch
 */
public record Problem(String code, String message, String hint, List<String> objects, List<Integer> pids) {
    public Problem {
        objects = List.copyOf(objects);
        pids = List.copyOf(pids);
    }

    public static Problem of(String code, String message, String hint) {
        return new Problem(code, message, hint, List.of(), List.of());
    }

    public Problem withObjects(List<String> concerned) {
        return new Problem(code, message, hint, concerned, pids);
    }

    public Problem withPids(List<Integer> concerned) {
        return new Problem(code, message, hint, objects, concerned);
    }

    /** The same problem as an exception. */
    public GodwitException asException() {
        return new GodwitException(this);
    }

    /** The same problem as an exception that keeps its cause for the log. */
    public GodwitException asException(Throwable cause) {
        return new GodwitException(this, Retry.NEVER, cause);
    }
}
