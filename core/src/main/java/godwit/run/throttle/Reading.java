package godwit.run.throttle;

import godwit.move.Side;

/**
 * A signal's value on one side.
 *
 * @param value in the signal's unit
 * @param atNanos when it was measured
 */
public record Reading(Side side, Signal signal, double value, long atNanos) {}
