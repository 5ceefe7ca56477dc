package godwit.cli.live;

import godwit.cli.log.StateFolder;

/**
 * Who works on a run.
 *
 * @param name the system's user, and for whom, as the ledger has it
 * @param state where this machine keeps what belongs to it
 */
public record Operator(String name, StateFolder state) {}
