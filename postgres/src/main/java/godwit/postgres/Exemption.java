package godwit.postgres;

/**
 * What lets a session of Godwit pass the gate of its own run.
 *
 * @param word the run's short name; the gate compares it with the session's setting {@code godwit.exempt}
 */
public record Exemption(String word) {}
