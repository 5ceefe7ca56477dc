package godwit.postgres.verify;

import godwit.Problem;
import godwit.schema.TableName;
import godwit.verify.OtherDifference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Tells which sequences of the follower would hand out numbers that the leader has handed out already.
 *
 * <p>A sequence is a relation of one row ({@code last_value}, {@code is_called}; PostgreSQL manual, CREATE SEQUENCE).
 * It is no part of a snapshot, so what is read is its state of now. The follower may be ahead: numbers may be skipped
 * but never come twice.
 */
public final class SequenceComparison {
    private static final int SEQUENCES_PER_STATEMENT = 200;

    /* Sequences that belong to no one else's session and not to Godwit's own ledger. */
    private static final String SEQUENCES = """
            SELECT n.nspname, c.relname, s.seqincrement
            FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'godwit')
            ORDER BY 1, 2""";

    private final Connection leader;
    private final Connection follower;

    public SequenceComparison(Connection leader, Connection follower) {
        this.leader = leader;
        this.follower = follower;
    }

    /**
     * The differences of the leader's sequences that are wanted: {@code sequence-missing}, {@code sequence-increment},
     * {@code sequence-behind}.
     *
     * @throws godwit.GodwitException {@code verification-read-failed}
     */
    public List<OtherDifference> compare(Predicate<TableName> wanted) {
        return compare(wanted, () -> {});
    }

    /**
     * The same, with something done after the leader is read and before the follower is, such as setting it ahead.
     *
     * @throws godwit.GodwitException {@code verification-read-failed}
     */
    public List<OtherDifference> compare(Predicate<TableName> wanted, Runnable between) {
        try {
            var here = read(leader, wanted);
            between.run();
            var there = read(follower, wanted);
            var differences = new ArrayList<OtherDifference>();
            here.forEach((name, state) -> {
                var other = there.get(name);
                if (other == null) {
                    differences.add(new OtherDifference("sequence-missing", name.plain(), "is not on the follower"));
                } else {
                    differences.addAll(differences(name, state, other));
                }
            });
            return differences;
        } catch (SQLException failed) {
            var message = "reading the sequences failed with SQLSTATE " + failed.getSQLState();
            throw Problem.of("verification-read-failed", message, "See the log for the server's words; try again.")
                    .asException(failed);
        }
    }

    private static List<OtherDifference> differences(TableName name, State here, State there) {
        if (here.increment() != there.increment()) {
            var message = "counts by %d on the leader and by %d on the follower"
                    .formatted(here.increment(), there.increment());
            return List.of(new OtherDifference("sequence-increment", name.plain(), message));
        }
        var isBehind = here.increment() > 0 ? there.next() < here.next() : there.next() > here.next();
        var message = "comes to %d next on the leader and to %d on the follower".formatted(here.next(), there.next());
        return isBehind ? List.of(new OtherDifference("sequence-behind", name.plain(), message)) : List.of();
    }

    private static Map<TableName, State> read(Connection session, Predicate<TableName> wanted) throws SQLException {
        var increments = new HashMap<TableName, Long>();
        try (var statement = session.createStatement();
                var rows = statement.executeQuery(SEQUENCES)) {
            while (rows.next()) {
                increments.put(TableName.of(rows.getString(1), rows.getString(2)), rows.getLong(3));
            }
        }
        var names = increments.keySet().stream().filter(wanted).sorted().toList();
        var states = new TreeMap<TableName, State>();
        for (int first = 0; first < names.size(); first += SEQUENCES_PER_STATEMENT) {
            var some = names.subList(first, Math.min(names.size(), first + SEQUENCES_PER_STATEMENT));
            readStates(session, some, increments).forEach(states::put);
        }
        return states;
    }

    private static Map<TableName, State> readStates(
            Connection session, List<TableName> names, Map<TableName, Long> increments) throws SQLException {
        var sql = names.stream()
                .map(name -> "SELECT %d, last_value, is_called FROM %s".formatted(names.indexOf(name), name.sql()))
                .collect(Collectors.joining(" UNION ALL "));
        var states = new HashMap<TableName, State>();
        try (var statement = session.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                var name = names.get(rows.getInt(1));
                states.put(name, new State(rows.getLong(2), rows.getBoolean(3), increments.getOrDefault(name, 1L)));
            }
        }
        return states;
    }

    /** Where a sequence stands. */
    private record State(long last, boolean called, long increment) {
        /** The number that comes next, as far as 64 bits reach. */
        long next() {
            var end = increment > 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
            var isPastEnd = increment > 0 ? last > end - increment : last < end - increment;
            return !called ? last : isPastEnd ? end : last + increment;
        }
    }
}
