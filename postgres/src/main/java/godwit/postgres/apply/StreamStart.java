package godwit.postgres.apply;

import godwit.move.Lsn;
import godwit.move.Side;
import godwit.move.Snapshot;
import godwit.postgres.copy.RangeJoin;
import godwit.postgres.numbers.NumberedColumns;
import godwit.postgres.numbers.ObjectNumbers;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where and how a stream begins.
 *
 * @param followed the side whose changes it brings
 * @param progress where its position is kept
 * @param from transactions that ended before this position are in already
 * @param applyFrom transactions from this position on are applied; empty: none is, until the writes change sides
 * @param tables the tables that are followed, each with its selection of rows where changes are written
 * @param copies the snapshots that tables were copied under
 * @param join what of changes is to be applied of tables that were copied by ranges of their keys; closed with the stream
 * @param xidNear a whole transaction number of the followed server, less than 2^31 away from all that come
 * @param binary whether values travel in binary form
 * @param numbers which objects of the followed side are which of the applying side; closed with the stream
 */
public record StreamStart(
        Side followed,
        StreamProgress progress,
        Lsn from,
        Optional<Lsn> applyFrom,
        List<Table> tables,
        Map<TableName, Snapshot> copies,
        RangeJoin join,
        long xidNear,
        boolean binary,
        ObjectNumbers numbers) {
    public StreamStart {
        tables = List.copyOf(tables);
        copies = Map.copyOf(copies);
    }

    /** The columns of a table whose values, as they travel, hold numbers of objects. */
    NumberedColumns numberedOf(Table table) {
        return binary ? numbers.columnsOf(table) : NumberedColumns.NONE;
    }
}
