package godwit.postgres.verify;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.schema.Table;
import godwit.schema.TableName;
import godwit.verify.TableDifference;
import godwit.verify.Verification;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Makes differing rows of the follower equal to the leader's, and touches no other row.
 *
 * <p>It works inside the caller's open transaction on the follower, which has replica role, so that no trigger runs and
 * no foreign key acts, and which must stand at the leader's snapshot. The report only says which tables to look at: the
 * rows are found again, so that a report with a limit, or an older one, is repaired as a whole. Each table is read once
 * more at the end, to prove it. Generated columns and columns that only one side has are left alone.
 */
public final class Repairer {
    private final SnapshotSessions leader;
    private final Connection follower;
    private final VerifyLimits limits;
    private final SelectedRows selected;

    /** A repair of all rows. */
    public Repairer(SnapshotSessions leader, Connection follower, VerifyLimits limits) {
        this(leader, follower, limits, SelectedRows.ALL);
    }

    public Repairer(SnapshotSessions leader, Connection follower, VerifyLimits limits, SelectedRows selected) {
        this.selected = selected;
        this.leader = leader;
        this.follower = follower;
        this.limits = limits;
    }

    /**
     * Repairs the tables that were found to differ; the caller commits, or rolls back when this fails.
     *
     * @param tables the tables as the leader has them; others than those found to differ are passed over
     * @return the rows that were deleted, replaced or inserted
     * @throws GodwitException {@code repair-failed}, {@code repair-incomplete}, or as {@link Comparer#compare}
     */
    public long repair(List<Table> tables, Verification found) {
        var names = found.tables().stream().map(TableDifference::table).collect(Collectors.toSet());
        var wanted =
                tables.stream().filter(table -> names.contains(table.name())).toList();
        try (var here = Side.of("leader", leader, limits.workersPerSide());
                var there = Side.lent("follower", follower);
                var source = ReadSession.owning(leader.open())) {
            var pairing = new Pairing(
                    wanted,
                    here.read(session -> RelationReader.read(session, wanted, selected.leader())),
                    there.read(session -> RelationReader.read(session, wanted, selected.follower())));
            var hash = RowHash.forBoth(here, there);
            long rows = 0;
            for (var table : pairing.tables()) {
                rows += repaired(new TableSql(table, hash, ObjectNames.of(table, here, there)), here, there, source);
            }
            return rows;
        } catch (SQLException failed) {
            throw failure(failed);
        }
    }

    private long repaired(TableSql sql, Side here, Side there, ReadSession source) throws SQLException {
        var narrowing = new Narrowing(
                TableReading.ofLeader(here, sql), TableReading.ofFollower(there, sql), limits.keyBytesMax());
        var rows = Math.max(sql.table().table().rows(), 1 << 20);
        try (var stage = RepairStage.open(follower, sql.table())) {
            var batches = narrowing.differences(rows);
            while (batches.hasNext()) {
                stage.add(batches.next());
            }
            var written = tableRepair(sql, source).repair(stage);
            prove(new TableSql(sql.table().storedOnly(), sql.hash(), sql.objects()), here, there);
            return written;
        } catch (SQLException failed) {
            throw failure(sql.table().table().name(), failed);
        }
    }

    private static void prove(TableSql sql, Side here, Side there) {
        var leaderSum = TableReading.ofLeader(here, sql).beginFingerprint();
        var followerSum = TableReading.ofFollower(there, sql).beginFingerprint();
        if (!TableReading.total(leaderSum).equals(TableReading.total(followerSum))) {
            var name = sql.table().table().name().plain();
            throw Problem.of(
                            "repair-incomplete",
                            "table %s still differs after its repair".formatted(name),
                            "Nothing was changed. Look for a trigger that runs ALWAYS or for other writers there.")
                    .withObjects(List.of(name))
                    .asException();
        }
    }

    private TableRepair tableRepair(TableSql sql, ReadSession source) {
        return sql.table().hasKey()
                ? new KeyedRepair(sql, new RowCopy(source, follower, sql), selected.arrivals())
                : new KeylessRepair(sql, new RowCopy(source, follower, sql));
    }

    private static GodwitException failure(TableName table, SQLException failed) {
        var message = "repairing %s failed with SQLSTATE %s".formatted(table.plain(), failed.getSQLState());
        var problem = Problem.of("repair-failed", message, "Nothing was changed. See the log for the server's words.")
                .withObjects(List.of(table.plain()));
        return new GodwitException(problem, Retry.LATER, failed);
    }

    private static GodwitException failure(SQLException failed) {
        var message = "the repair could not begin or end: SQLSTATE " + failed.getSQLState();
        var problem = Problem.of("repair-failed", message, "Nothing was changed. Try again.");
        return new GodwitException(problem, Retry.LATER, failed);
    }
}
