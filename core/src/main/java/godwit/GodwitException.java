package godwit;

/** The one exception that crosses a module; it carries a {@link Problem}. */
public final class GodwitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;
    private final Retry retry;

    public GodwitException(Problem problem) {
        super(problem.message());
        this.problem = problem;
        this.retry = Retry.NEVER;
    }

    public GodwitException(Problem problem, Retry retry, Throwable cause) {
        super(problem.message(), cause);
        this.problem = problem;
        this.retry = retry;
    }

    public Problem problem() {
        return problem;
    }

    public Retry retry() {
        return retry;
    }
}
