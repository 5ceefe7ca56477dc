package godwit.postgres.verify;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Removes and adds copies of rows that have no key.
 *
 * <p>Equal rows are interchangeable, so which of the copies goes does not matter: one row address (ctid) for each.
 */
final class KeylessRepair implements TableRepair {
    private final TableSql sql;
    private final RowCopy copy;

    KeylessRepair(TableSql sql, RowCopy copy) {
        this.sql = sql;
        this.copy = copy;
    }

    @Override
    public long repair(RepairStage stage) throws SQLException {
        stage.analyze();
        var surplus = "SELECT k0::bigint AS hash, follower - leader AS copies FROM %s WHERE follower > leader"
                .formatted(RepairStage.NAME);
        var removed = stage.update("DELETE FROM ONLY %s AS r USING (%s) AS chosen WHERE r.ctid = chosen.place"
                .formatted(sql.name(), chosen(sql.table().follower(), surplus)));
        return removed + added(stage);
    }

    private long added(RepairStage stage) throws SQLException {
        long place = 0;
        long added = 0;
        for (var keys = next(stage, place); !keys.isEmpty(); keys = next(stage, place)) {
            var rows = keys.stream()
                    .mapToLong(key -> key.leader() - key.follower())
                    .sum();
            var query = "SELECT %s FROM ONLY %s AS r JOIN (%s) AS chosen ON r.ctid = chosen.place"
                    .formatted(copy.columns(), sql.name(), chosen(sql.table().leader(), lacking(keys)));
            copy.insert(query, rows);
            added += rows;
            place = keys.getLast().place();
        }
        return added;
    }

    private static List<RepairStage.Lacking> next(RepairStage stage, long place) throws SQLException {
        return stage.lacking(place, "leader > follower");
    }

    private static String lacking(List<RepairStage.Lacking> keys) {
        return keys.stream()
                .map(key -> "(%d::bigint, %d::bigint)"
                        .formatted(Long.parseLong(key.key().values().getFirst()), key.leader() - key.follower()))
                .collect(Collectors.joining(", ", "SELECT * FROM (VALUES ", ") AS v(hash, copies)"));
    }

    /** The addresses of as many rows as wanted for each hash. */
    private String chosen(Relation side, String wanted) {
        return """
                SELECT place FROM (
                    SELECT r.ctid AS place, wanted.copies,
                        row_number() OVER (PARTITION BY wanted.hash) AS number
                    FROM %s AS r JOIN (%s) AS wanted ON wanted.hash = %s) AS numbered
                WHERE number <= copies""".formatted(sql.rows(side), wanted, sql.rowHash());
    }
}
