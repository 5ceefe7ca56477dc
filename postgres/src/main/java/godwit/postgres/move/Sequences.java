package godwit.postgres.move;

import godwit.postgres.Session;
import godwit.schema.TableName;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Sets the sequences of the side that gains the writes ahead of the other's.
 *
 * <p>A fence does not hold {@code nextval}, which reads like a query; a headroom of values makes that harmless. A session
 * takes as many values at once as the sequence says that it keeps.
 */
final class Sequences {
    private static final long HEADROOM = 64;

    private static final String READ = """
            SELECT s.schemaname, s.sequencename, s.last_value, s.start_value, s.increment_by, s.cache_size, s.min_value, s.max_value,
                   s.cycle
            FROM pg_catalog.pg_sequences s
            WHERE s.schemaname NOT IN ('godwit', 'information_schema') AND s.schemaname !~ '^pg_' ORDER BY 1, 2""";

    private record Sequence(
            TableName name, long last, long increment, long kept, long least, long most, boolean cycles) {
        /** So many values further, in its direction, but never more than a half of those that are left. */
        private BigInteger lead(long times) {
            var wanted = BigInteger.valueOf(increment)
                    .multiply(BigInteger.valueOf(kept))
                    .multiply(BigInteger.valueOf(times));
            var left = BigInteger.valueOf(increment > 0 ? most : least).subtract(BigInteger.valueOf(last));
            var half = left.shiftRight(1);
            return increment > 0 ? wanted.min(half) : wanted.max(half);
        }

        /** Where the other side begins. */
        long ahead() {
            return cycles ? last : BigInteger.valueOf(last).add(lead(HEADROOM)).longValueExact();
        }

        /** Whether this one, on the gaining side, could give a value that the other gave. */
        boolean isBehind(Sequence other) {
            var lead = BigInteger.valueOf(last).subtract(BigInteger.valueOf(other.last));
            var wanted = other.lead(HEADROOM / 2);
            return increment > 0 ? lead.compareTo(wanted) < 0 : lead.compareTo(wanted) > 0;
        }
    }

    /** Sets each sequence of the gaining side ahead unless it is already. */
    void advance(Session losing, Session gaining) {
        var there = read(gaining).stream().collect(Collectors.toMap(Sequence::name, s -> s));
        for (var sequence : read(losing)) {
            var other = there.get(sequence.name());
            if (other != null && other.isBehind(sequence)) {
                gaining.number("SELECT setval(?::regclass, ?)", sequence.name().sql(), sequence.ahead());
            }
        }
    }

    private static List<Sequence> read(Session session) {
        return session.query(READ, row -> {
            var last = row.getLong(3);
            var isUsed = !row.wasNull();
            return new Sequence(
                    TableName.of(row.getString(1), row.getString(2)),
                    isUsed ? last : row.getLong(4),
                    row.getLong(5),
                    row.getLong(6),
                    row.getLong(7),
                    row.getLong(8),
                    row.getBoolean(9));
        });
    }
}
