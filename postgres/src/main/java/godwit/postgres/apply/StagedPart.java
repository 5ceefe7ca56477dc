package godwit.postgres.apply;

import java.util.List;

/** A piece of a transaction that waits in the applying side's temporary tables until the transaction has ended. */
sealed interface StagedPart {
    /**
     * Net changes of one table.
     *
     * @param table the table, with the temporary tables that hold the rows
     * @param part the number that its rows bear there
     * @param replaced keys of rows that go
     * @param added complete rows that come
     * @param waiting rows that come and lack values which the replaced rows have
     * @param removed copies of keyless rows that go
     */
    record Net(TargetTable table, int part, long replaced, long added, long waiting, long removed)
            implements StagedPart {
        Net adding(long rows) {
            return new Net(table, part, replaced, rows, waiting, removed);
        }
    }

    /** Tables that are emptied. */
    record Emptied(List<TargetTable> tables) implements StagedPart {}
}
