package godwit.verify;

import godwit.schema.TableName;
import java.util.List;

/**
 * A table whose rows are not the same on both sides.
 *
 * @param table its name
 * @param leaderRows its rows on the leader
 * @param followerRows its rows on the follower
 * @param differences the rows that differ; exact while it is below the limit of reported rows, from there on at least
 *     that many
 * @param rows some of them, at most as many as the limit says
 */
public record TableDifference(
        TableName table, long leaderRows, long followerRows, long differences, List<RowDifference> rows) {
    public TableDifference {
        rows = List.copyOf(rows);
    }
}
