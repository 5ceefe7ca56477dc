package godwit.postgres.verify;

import java.sql.SQLException;

/** How the differing rows of one table are put right. */
sealed interface TableRepair permits KeyedRepair, KeylessRepair {
    /**
     * Deletes all that is wrong, then inserts all that lacks: a unique value that wanders from one differing row to
     * another never meets its old place.
     *
     * @return the rows deleted, replaced or inserted
     */
    long repair(RepairStage stage) throws SQLException;
}
