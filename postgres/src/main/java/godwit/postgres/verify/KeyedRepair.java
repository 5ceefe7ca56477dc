package godwit.postgres.verify;

import godwit.schema.Literal;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Replaces the rows of a table that has a key. */
final class KeyedRepair implements TableRepair {
    private final TableSql sql;
    private final RowCopy copy;
    private final SelectedRows.Arrivals arrivals;

    KeyedRepair(TableSql sql, RowCopy copy, SelectedRows.Arrivals arrivals) {
        this.arrivals = arrivals;
        this.sql = sql;
        this.copy = copy;
    }

    @Override
    public long repair(RepairStage stage) throws SQLException {
        stage.analyze();
        var follower = sql.table().follower();
        stage.update("DELETE FROM ONLY %s AS r USING %s AS wanted WHERE %s AND %s"
                .formatted(
                        sql.name(),
                        RepairStage.NAME,
                        sql.isWanted(follower),
                        follower.selection().of("r.*")));
        long place = 0;
        for (var keys = next(stage, place); !keys.isEmpty(); keys = next(stage, place)) {
            var rows = keys.stream().mapToLong(RepairStage.Lacking::leader).sum();
            copy.insert(query(keys), rows);
            place = keys.getLast().place();
        }
        var arrived = arrivals.note(sql.table().table(), RepairStage.NAME + " AS wanted ON " + sql.isWanted(follower));
        if (arrived.isPresent()) {
            stage.update(arrived.get());
        }
        return stage.size();
    }

    private static List<RepairStage.Lacking> next(RepairStage stage, long place) throws SQLException {
        return stage.lacking(place, "leader > 0");
    }

    /* COPY takes no parameters. */
    private String query(List<RepairStage.Lacking> keys) {
        var arrays = IntStream.range(0, sql.table().key().size())
                .mapToObj(i -> keys.stream()
                        .map(key -> new Literal(key.key().values().get(i)).sql())
                        .collect(Collectors.joining(", ", "ARRAY[", "]::text[]")))
                .collect(Collectors.joining(", "));
        return "SELECT %s FROM unnest(%s) AS wanted(%s) JOIN %s AS r ON %s"
                .formatted(
                        copy.columns(),
                        arrays,
                        sql.wantedColumns(),
                        sql.rows(sql.table().leader()),
                        sql.isWanted(sql.table().leader()));
    }
}
