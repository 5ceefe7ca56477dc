package godwit.postgres.ledger;

/**
 * An entry of a run's history.
 *
 * @param id RFC 4122, version 4
 * @param at when, in the form of RFC 3339, UTC
 * @param operator the system's user who asked, or who works on the run, and for whom; {@code godwit} for what the
 *     run did by itself
 * @param role the database role of whoever asked, else of the worker
 * @param verb what was asked, or where the run came to
 * @param result {@code begun}, {@code done}, {@code different}, {@code refused}, {@code failed} or {@code unknown}
 * @param code the Problem's code, or empty
 */
public record Entry(String id, String at, String operator, String role, String verb, String result, String code) {}
