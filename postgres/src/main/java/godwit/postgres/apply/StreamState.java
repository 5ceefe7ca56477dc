package godwit.postgres.apply;

import godwit.move.Lsn;

/**
 * How a stream stands, for people.
 *
 * @param flushed everything before this position of the followed side's log is safe on the applying side
 * @param received everything before this position has been received
 * @param lastCommitAt the followed server's time, in microseconds since 1970, of the last commit that was applied; 0 if
 *     none was
 * @param isBehind whether transactions are waiting to be applied
 * @param transactions transactions applied since the worker started
 * @param missingRows rows that changes were to replace and that were not there, until both sides are proven equal again
 * @param foreign transactions on the side that takes no writes that were not Godwit's own, until both sides are proven
 *     equal again
 */
public record StreamState(
        Lsn flushed,
        Lsn received,
        long lastCommitAt,
        boolean isBehind,
        long transactions,
        long missingRows,
        long foreign) {}
