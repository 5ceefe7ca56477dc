package godwit.postgres.verify;

import godwit.GodwitException;
import godwit.schema.Table;
import godwit.verify.Fingerprint;
import godwit.verify.KeyDifference;
import godwit.verify.OtherDifference;
import godwit.verify.RowDifference;
import godwit.verify.TableDifference;
import godwit.verify.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;

/**
 * Compares the rows of two databases at one position, down to rows and columns.
 *
 * <p>Both sides are read at the same time, piece by piece. A session holds the lock on a table for one piece, some ten
 * to a hundred milliseconds, but its snapshot until the comparison ends, which keeps VACUUM from removing what was
 * deleted since. Who sees that a piece blocks others may cancel its statement with {@code pg_cancel_backend}: the piece
 * is read again.
 */
public final class Comparer {
    private final SnapshotSessions leader;
    private final SnapshotSessions follower;
    private final VerifyLimits limits;
    private final SelectedRows selected;
    private final Set<Side> reading = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> unnamed = new ConcurrentHashMap<>();
    private volatile boolean cancelled;

    /** A comparison of all rows. */
    public Comparer(SnapshotSessions leader, SnapshotSessions follower, VerifyLimits limits) {
        this(leader, follower, limits, SelectedRows.ALL);
    }

    public Comparer(SnapshotSessions leader, SnapshotSessions follower, VerifyLimits limits, SelectedRows selected) {
        this.selected = selected;
        this.leader = leader;
        this.follower = follower;
        this.limits = limits;
    }

    /**
     * Compares these tables; blocks until all are read.
     *
     * @param tables ordinary tables and leaf partitions, as the leader has them
     * @return what differs; a table that was truncated or rewritten meanwhile is in {@code others}, not compared
     * @throws godwit.GodwitException {@code verification-read-failed}, which passes; {@code verification-cancelled}
     */
    public Verification compare(UUID id, String phase, String position, List<Table> tables) {
        try (var here = Side.of("leader", leader, limits.workersPerSide());
                var there = Side.of("follower", follower, limits.workersPerSide())) {
            reading.addAll(List.of(here, there));
            if (cancelled) {
                cancel();
            }
            return new Pass(here, there, tables).verification(id, phase, position);
        } finally {
            reading.clear();
        }
    }

    /**
     * The columns of the leader with values that name objects which the follower lacks, and how many: they are compared
     * as numbers.
     */
    public Map<String, Long> unnamed() {
        return Map.copyOf(unnamed);
    }

    /** Ends a comparison that runs, and every later one of this comparer; may be called from any thread. */
    public void cancel() {
        cancelled = true;
        reading.forEach(Side::cancel);
    }

    /** One comparison of some tables. */
    private final class Pass {
        private final Side here;
        private final Side there;
        private final Pairing pairing;
        private final RowHash hash;

        Pass(Side here, Side there, List<Table> tables) {
            this.here = here;
            this.there = there;
            this.pairing = new Pairing(
                    tables,
                    here.read(session -> RelationReader.read(session, tables, selected.leader())),
                    there.read(session -> RelationReader.read(session, tables, selected.follower())));
            this.hash = RowHash.forBoth(here, there);
        }

        Verification verification(UUID id, String phase, String position) {
            // All before anything else is read: the answers would wait behind it.
            var known = pairing.tables().stream()
                    .map(table -> new TableSql(table, hash, ObjectNames.of(table, here, there)))
                    .toList();
            known.forEach(this::note);
            var begun = known.stream().map(this::begin).toList();
            var differing = new ArrayList<TableDifference>();
            long rows = 0;
            var others = new ArrayList<>(pairing.differences());
            for (var table : begun) {
                try {
                    var leaderSum = TableReading.total(table.leaderSums());
                    var followerSum = TableReading.total(table.followerSums());
                    rows += leaderSum.rows();
                    if (!leaderSum.equals(followerSum)) {
                        differing.add(difference(table, leaderSum, followerSum));
                    }
                } catch (GodwitException e) {
                    others.add(rewritten(table, e));
                }
            }
            return new Verification(id, phase, position, rows, differing, others);
        }

        /** A table that was truncated meanwhile cannot be read at this position any more; all others can. */
        private OtherDifference rewritten(Begun table, GodwitException cause) {
            if (!cause.problem().code().equals(RewriteGuard.CODE)) {
                throw cause;
            }
            var name = table.sql().table().table().name().plain();
            return new OtherDifference(
                    OtherDifference.REWRITTEN, name, cause.problem().message());
        }

        private void note(TableSql sql) {
            sql.objects().values().forEach((column, count) -> {
                if (count > 0) {
                    unnamed.put(sql.table().table().name().plain() + "." + column.name(), count);
                }
            });
        }

        private Begun begin(TableSql sql) {
            var leaderReading = TableReading.ofLeader(here, sql);
            var followerReading = TableReading.ofFollower(there, sql);
            return new Begun(
                    sql,
                    leaderReading,
                    followerReading,
                    leaderReading.beginFingerprint(),
                    followerReading.beginFingerprint());
        }

        private TableDifference difference(Begun begun, Fingerprint leaderSum, Fingerprint followerSum) {
            var narrowing = new Narrowing(begun.leader(), begun.follower(), limits.keyBytesMax());
            var batches = narrowing.differences(Math.max(leaderSum.rows(), followerSum.rows()));
            var named = new ArrayList<KeyDifference>();
            long found = 0;
            // What lies beyond the limit is not worth reading the table again: a repair finds it all by itself.
            while (batches.hasNext() && found < limits.rowsReportedMax()) {
                var batch = batches.next();
                found += batch.stream().mapToLong(each -> rows(begun, each)).sum();
                batch.stream().limit(limits.rowsReportedMax() - named.size()).forEach(named::add);
            }
            return new TableDifference(
                    begun.sql().table().table().name(),
                    leaderSum.rows(),
                    followerSum.rows(),
                    found,
                    reported(begun, named));
        }

        private long rows(Begun begun, KeyDifference difference) {
            return begun.sql().table().hasKey() ? 1 : difference.copies();
        }

        private List<RowDifference> reported(Begun begun, List<KeyDifference> differences) {
            return new Report(here, there, begun.sql()).rows(differences);
        }
    }

    /** A table whose sums are being read on both sides. */
    private record Begun(
            TableSql sql,
            TableReading leader,
            TableReading follower,
            List<Future<Fingerprint>> leaderSums,
            List<Future<Fingerprint>> followerSums) {}
}
