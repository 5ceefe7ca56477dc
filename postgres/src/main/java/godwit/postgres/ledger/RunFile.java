package godwit.postgres.ledger;

/**
 * The file that a run goes by.
 *
 * @param folder where it stood, and where hooks run
 * @param text all of it; a file that holds a URL is refused, so it holds no secret
 */
public record RunFile(String folder, String text) {}
