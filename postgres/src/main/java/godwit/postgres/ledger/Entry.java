package godwit.postgres.ledger;

/**
 * An entry of a run's history.
 *
 * @param at when, in the form of RFC 3339, UTC
 * @param operator the system's user who asked, and for whom; {@code worker} for what the run did by itself
 * @param role the database role that wrote it down
 * @param verb what was asked, or where the run came to
 * @param result {@code begun}, {@code done}, {@code refused} or {@code failed}
 * @param code the Problem's code, or empty
 */
public record Entry(String at, String operator, String role, String verb, String result, String code) {}
