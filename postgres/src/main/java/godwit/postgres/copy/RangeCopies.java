package godwit.postgres.copy;

import godwit.move.MoveLimits;
import godwit.postgres.Database;
import godwit.postgres.Exemption;
import godwit.postgres.Session;
import godwit.schema.Identifier;
import godwit.schema.Table;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
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

    private final TableCopies copies;
    private final Where where;
    private final RangeLedger ledger;

    RangeCopies(TableCopies copies, Where where) {
        this.copies = copies;
        this.where = where;
        this.ledger = new RangeLedger(where.run());
    }

    record Where(UUID run, MoveLimits limits, Database source, Database target, Exemption exemption) {}

    /** Where the keys of a table lie, if it is one to copy by ranges. */
    Optional<KeyPlace> place(Table table, boolean binary) {
        if (table.bytes() < where.limits().resumableBytes()) {
            return Optional.empty();
        }
        return KeyPlace.of(table, binary).filter(place -> isFit(table));
    }

    private boolean isFit(Table table) {
        try (var source = where.source().open("copy")) {
            var key = table.key().stream().map(Identifier::name).toArray(String[]::new);
            return source.is(IS_FIT, key, table.name().sql());
        }
    }

    void copy(Table table, KeyPlace place, ExecutorService workers) {
        var attempt = attempt(table, place);
        TableCopies.await(open(table, place).stream()
                .<Future<?>>map(range -> workers.submit(() -> copies.withSessions(
                        (from, to) -> copies.chunkCopy(table).copyRange(from, to, range, attempt))))
                .toList());
        copies.finish(table, attempt);
    }

    private List<KeyRange> open(Table table, KeyPlace place) {
        try (var target = where.target().open("copy")) {
            return ledger.open(target, table.name(), place);
        }
    }

    /** The attempt that was begun and is gone on with, or a new one. */
    private String attempt(Table table, KeyPlace place) {
        try (var target = where.target().openApplying("copy", where.exemption())) {
            return target.first(
                            "SELECT snapshot FROM godwit.table_copy WHERE run = ? AND schema_name = ? AND table_name = ?",
                            row -> row.getString(1),
                            where.run(),
                            table.name().schema().name(),
                            table.name().name().name())
                    .filter(RangeLedger::isByRange)
                    .orElseGet(() -> begun(target, table, place));
        }
    }

    private String begun(Session target, Table table, KeyPlace place) {
        var ranges = KeyRange.of(cuts(table, place), place);
        var attempt = RangeLedger.newAttempt();
        return target.transaction(t -> {
            t.execute("TRUNCATE ONLY " + table.name().sql());
            copies.forget(t, "chunk", table);
            copies.forget(t, "table_copy", table);
            ledger.forget(t, table.name());
            ledger.begin(t, table.name(), ranges);
            copies.note(t, table, attempt, 0, ranges.size());
            return attempt;
        });
    }

    /** Cuts a table's keys into parts of about equal size, as a sample of its pages has them. */
    private SortedSet<Long> cuts(Table table, KeyPlace place) {
        var parts = Math.min(RANGES_MAX, Math.max(1, table.bytes() / where.limits().chunkBytes()));
        var cuts = new TreeSet<Long>();
        if (parts > 1) {
            try (var source = where.source().open("copy")) {
                source.query(sample(source, table, (int) parts), row -> place.of(row.getString(1)))
                        .forEach(cuts::add);
            }
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
                + "]::float8[]) WITHIN GROUP (ORDER BY " + table.key().getFirst().sql() + ")) AS cut FROM ONLY "
                + table.name().sql() + " TABLESAMPLE SYSTEM (" + percent + ")) s WHERE cut IS NOT NULL";
    }
}
