package godwit.postgres.verify;

import godwit.verify.RowKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names the columns in which rows with the same key differ. */
final class ChangedColumns {
    private static final int KEYS_PER_STATEMENT = 1_000;

    private final Side leader;
    private final Side follower;
    private final TableSql sql;

    ChangedColumns(Side leader, Side follower, TableSql sql) {
        this.leader = leader;
        this.follower = follower;
        this.sql = sql;
    }

    /** For each of the keys the names of the columns that differ, in the leader's order. */
    Map<RowKey, List<String>> of(List<RowKey> keys) {
        var changed = new HashMap<RowKey, List<String>>();
        for (int first = 0; first < keys.size(); first += KEYS_PER_STATEMENT) {
            var some = keys.subList(first, Math.min(keys.size(), first + KEYS_PER_STATEMENT));
            var begun = leader.begin(session -> hashes(session, sql.table().leader(), some));
            var there = follower.read(session -> hashes(session, sql.table().follower(), some));
            var here = Side.results(List.of(begun)).getFirst();
            some.forEach(key ->
                    changed.put(key, differing(here.getOrDefault(key, List.of()), there.getOrDefault(key, List.of()))));
        }
        return changed;
    }

    private List<String> differing(List<String> here, List<String> there) {
        var names = new ArrayList<String>();
        for (int i = 0; i < sql.table().columns().size(); i++) {
            // A row that a side no longer finds by its key has no hashes there, so that each of its columns differs.
            var isSame = i < here.size() && i < there.size() && here.get(i).equals(there.get(i));
            if (!isSame) {
                names.add(sql.table().columns().get(i).name());
            }
        }
        return names;
    }

    private Map<RowKey, List<String>> hashes(Connection session, Relation side, List<RowKey> keys) throws SQLException {
        try (var statement = session.prepareStatement(sql.columnHashes(side))) {
            setKeys(statement, keys);
            var hashes = new HashMap<RowKey, List<String>>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    var values = new ArrayList<String>();
                    for (int i = 0; i < sql.table().key().size(); i++) {
                        values.add(rows.getString(2 + i));
                    }
                    hashes.put(new RowKey(values), List.of((String[])
                            rows.getArray(1).getArray()));
                }
            }
            return hashes;
        }
    }

    private void setKeys(PreparedStatement statement, List<RowKey> keys) throws SQLException {
        for (int i = 0; i < sql.table().key().size(); i++) {
            int column = i;
            statement.setObject(
                    i + 1, keys.stream().map(key -> key.values().get(column)).toArray(String[]::new));
        }
    }
}
