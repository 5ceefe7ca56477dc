package godwit.postgres.copy;

import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.Table;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Copies big tables by ranges of their keys, each under a snapshot of its own: a range that was copied stays copied
 * whatever happens, and no snapshot has to live longer than the reading of one range.
 */
final class RangeCopies {
    private static final int RANGES_MAX = 10_000;
    private static final int PAGES_PER_RANGE = 20;
    private static final int PAGES_MIN = 2_000;

    /**
     * The key must be the primary key, for the stream needs its index at once. Other unique indexes are built when the
     * stream has passed all snapshots, which those of partitions cannot wait for.
     */
    private static final String IS_FIT = """
            SELECT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indimmediate
                     AND (SELECT array_agg(a.attname::text ORDER BY k.place)
                          FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(number, place)
                          JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
                          WHERE k.place <= i.indnkeyatts) = ?::text[])
              AND NOT (c.relispartition AND EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid
                     AND (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary))
            FROM pg_catalog.pg_class c WHERE c.oid = ?::pg_catalog.regclass""";

    /**
     * Ranges that were read at different times may hold the same unique value: where a prepared target has such an index
     * already, rows are copied under one snapshot.
     */
    private static final String IS_FREE = """
            SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = ?::pg_catalog.regclass
                     AND (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary)""";

    private final TableCopies copies;
    private final boolean binary;

    /** @param binary whether the stream that is joined to the copies is in binary form */
    RangeCopies(TableCopies copies, boolean binary) {
        this.copies = copies;
        this.binary = binary;
    }

    /** Where the keys of a table lie, if it is one to copy by ranges. */
    Optional<KeyPlace> place(Table table) {
        return table.bytes() < copies.limits().resumableBytes()
                ? Optional.empty()
                : KeyPlace.of(table, binary).filter(place -> isFit(table));
    }

    private boolean isFit(Table table) {
        var key = table.key().stream().map(Identifier::name).toArray(String[]::new);
        return copies.lanes()
                .use(lane -> lane.source().is(IS_FIT, key, table.name().sql())
                        && lane.target().is(IS_FREE, table.name().sql()));
    }

    void copy(Table table, KeyPlace place, ExecutorService workers) {
        var attempt = copies.useYielding(table, lane -> attempt(lane, table, place));
        var open = copies.lanes().use(lane -> copies.ranges().open(lane.target(), table.name(), place));
        copies.pass(
                workers,
                table,
                open.stream()
                        .<Consumer<CopyLanes.Lane>>map(range -> lane -> copies.copyRange(lane, table, range, attempt))
                        .toList());
        copies.lanes().use(lane -> {
            copies.ledger().finish(lane.target(), table, attempt);
            return true;
        });
    }

    /** The attempt that was begun and is gone on with, or a new one. */
    private String attempt(CopyLanes.Lane lane, Table table, KeyPlace place) {
        var ledger = copies.ledger();
        return ledger.rangesBegun(lane.target(), table).orElseGet(() -> {
            var ranges = KeyRange.of(cuts(lane.source(), table, place), place);
            return ledger.begin(lane.target(), table, ranges);
        });
    }

    /** Cuts a table's keys into parts of about equal size, as a sample of its pages has them. */
    private SortedSet<Long> cuts(Session source, Table table, KeyPlace place) {
        var parts =
                Math.min(RANGES_MAX, Math.max(1, table.bytes() / copies.limits().chunkBytes()));
        var cuts = new TreeSet<Long>();
        if (parts > 1) {
            cuts.addAll(source.query(sample(source, table, (int) parts), row -> place.of(row.getString(1))));
        }
        cuts.remove(Long.MIN_VALUE);
        return cuts;
    }

    private static String sample(Session source, Table table, int parts) {
        var pages = source.number(
                "SELECT pg_relation_size(?::regclass) / current_setting('block_size')::bigint",
                table.name().sql());
        var wanted = Math.max(PAGES_MIN, (long) PAGES_PER_RANGE * parts);
        var percent = Math.min(100.0, 100.0 * wanted / Math.max(1, pages));
        var fractions = IntStream.range(1, parts)
                .mapToObj(i -> String.valueOf((double) i / parts))
                .collect(Collectors.joining(","));
        return "SELECT DISTINCT cut::text FROM (SELECT unnest(percentile_disc(ARRAY[" + fractions
                + "]::float8[]) WITHIN GROUP (ORDER BY "
                + table.key().getFirst().sql() + ")) AS cut FROM ONLY "
                + table.name().sql() + " TABLESAMPLE SYSTEM (" + percent + ")) s WHERE cut IS NOT NULL";
    }
}
