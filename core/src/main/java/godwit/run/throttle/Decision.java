package godwit.run.throttle;

/**
 * How many chunks may be copied at once.
 *
 * @param workers 0: none begins for now
 * @param reason why it is not as many as people allow; {@link #NO_REASON} when it is
 */
public record Decision(int workers, String reason) {
    /** The word for: nothing waits. */
    public static final String NO_REASON = "none";
}
