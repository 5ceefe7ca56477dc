package godwit.postgres.change;

import godwit.postgres.Session;
import godwit.schema.TableName;
import java.util.List;
import java.util.Optional;

/**
 * Along a table's pages, for one that has no key: a place is the number of the page behind the last one.
 *
 * <p>It ends with the pages that were there when it was made. What moves behind them was written by somebody whom the triggers
 * saw.
 */
final class PageWalk implements RowWalk {
    private final TableName table;
    private final long pages;
    private final double rowsPerPage;

    private PageWalk(TableName table, long pages, double rowsPerPage) {
        this.table = table;
        this.pages = pages;
        this.rowsPerPage = rowsPerPage;
    }

    static PageWalk of(Session session, TableName table) {
        return session.first(
                        """
                        SELECT pages, CASE WHEN reltuples > 0 AND relpages > 0 THEN reltuples / relpages ELSE 50 END
                        FROM pg_catalog.pg_class, LATERAL (SELECT pg_catalog.pg_relation_size(oid)
                          / current_setting('block_size')::bigint) AS s (pages) WHERE oid = ?::pg_catalog.regclass""", row -> new PageWalk(table, row.getLong(1), Math.max(1, row.getDouble(2))), table.sql())
                .orElseThrow();
    }

    @Override
    public Optional<Range> after(Session session, Optional<List<String>> place, int rows) {
        var from = place.map(at -> Long.parseLong(at.getFirst())).orElse(0L);
        var to = Math.min(pages, from + Math.max(1, (long) (rows / rowsPerPage)));
        return from >= pages ? Optional.empty() : Optional.of(new Range(place, List.of(Long.toString(to))));
    }

    @Override
    public String condition(Range range) {
        var row = table.name().sql() + ".ctid";
        var from = range.from().map(at -> Long.parseLong(at.getFirst())).orElse(0L);
        return "%s >= '(%d,0)'::pg_catalog.tid AND %s < '(%d,0)'::pg_catalog.tid"
                .formatted(row, from, row, Long.parseLong(range.to().getFirst()));
    }
}
