package godwit.postgres.verify;

import godwit.verify.BucketPlan;
import godwit.verify.Fingerprint;
import godwit.verify.RowKey;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

/** Reads one table on one side, several pieces at a time. */
final class TableReading {
    private static final int ROWS_PER_FETCH = 10_000;

    private final Side side;
    private final TableSql sql;
    private final Relation relation;
    private final List<Piece> pieces;

    private TableReading(Side side, TableSql sql, Relation relation) {
        this.side = side;
        this.sql = sql;
        this.relation = relation;
        this.pieces = Piece.of(relation.blocks(), relation.bytes());
    }

    static TableReading ofLeader(Side side, TableSql sql) {
        return new TableReading(side, sql, sql.table().leader());
    }

    static TableReading ofFollower(Side side, TableSql sql) {
        return new TableReading(side, sql, sql.table().follower());
    }

    /** Begins to add up all rows. */
    List<Future<Fingerprint>> beginFingerprint() {
        return begin((session, piece) -> {
            try (var statement = session.prepareStatement(sql.fingerprint(relation, piece));
                    var row = statement.executeQuery()) {
                row.next();
                return fingerprint(row.getLong(1), row.getBigDecimal(2).toBigIntegerExact());
            }
        });
    }

    /** The sum of what was begun. */
    static Fingerprint total(List<Future<Fingerprint>> pieces) {
        return Side.results(pieces).stream().reduce(Fingerprint.EMPTY, Fingerprint::plus);
    }

    /** Begins to add up the rows of each bucket, within some buckets of a coarser plan. */
    List<Future<Map<Long, Fingerprint>>> beginBuckets(BucketPlan plan, BucketPlan within, Collection<Long> wanted) {
        return begin((session, piece) -> {
            var buckets = new HashMap<Long, Fingerprint>();
            try (var statement = session.prepareStatement(sql.buckets(relation, piece, plan, within))) {
                forEach(statement, wanted, row -> {
                    buckets.put(
                            row.getLong(1),
                            fingerprint(row.getLong(2), row.getBigDecimal(3).toBigIntegerExact()));
                    return true;
                });
            }
            return buckets;
        });
    }

    /** Begins to fetch the keys in some buckets with what stands under them; ends early when the budget is spent. */
    List<Future<Map<RowKey, Fingerprint>>> beginKeys(BucketPlan plan, Collection<Long> wanted, KeyBudget budget) {
        return begin((session, piece) -> {
            var keys = new HashMap<RowKey, Fingerprint>();
            try (var statement = session.prepareStatement(sql.keys(relation, piece, plan))) {
                forEach(statement, wanted, row -> {
                    var key = key(row);
                    keys.merge(key, fingerprint(row.getLong(2), BigInteger.valueOf(row.getLong(1))), Fingerprint::plus);
                    return budget.take(key);
                });
            }
            return keys;
        });
    }

    private RowKey key(ResultSet row) throws SQLException {
        var values = new ArrayList<String>();
        for (int i = 0; i < Math.max(1, sql.table().key().size()); i++) {
            values.add(row.getString(3 + i));
        }
        return new RowKey(values);
    }

    private <T> List<Future<T>> begin(PieceRead<T> read) {
        return pieces.stream()
                .map(piece -> side.begin(session -> {
                    var result = read.from(session, piece);
                    RewriteGuard.check(session, sql.table().table().name());
                    return result;
                }))
                .toList();
    }

    private static void forEach(PreparedStatement statement, Collection<Long> wanted, RowTaker taker)
            throws SQLException {
        statement.setObject(1, wanted.stream().mapToLong(Long::longValue).toArray());
        statement.setFetchSize(ROWS_PER_FETCH);
        try (var rows = statement.executeQuery()) {
            var more = true;
            while (more && rows.next()) {
                more = taker.take(rows);
            }
        }
    }

    private static Fingerprint fingerprint(long rows, BigInteger hashes) {
        return new Fingerprint(rows, hashes);
    }

    /** Reads one piece. */
    @FunctionalInterface
    private interface PieceRead<T> {
        T from(Connection session, Piece piece) throws SQLException;
    }

    /** Takes what stands in a row of a result; whether it wants more. */
    @FunctionalInterface
    private interface RowTaker {
        boolean take(ResultSet row) throws SQLException;
    }
}
