package godwit.postgres.move;

import godwit.GodwitException;
import godwit.move.Lsn;
import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.apply.StreamState;
import godwit.postgres.copy.TableCopies;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells how a run stands: rows copied, and how far each stream is behind. */
final class Progress {
    private final MoveContext context;
    private final TableCopies copies;
    private final Throttling throttling;
    private final CopySpeed speed = new CopySpeed();
    private List<Table> planned = List.of();
    private @Nullable Streams streams;

    Progress(MoveContext context, TableCopies copies, Throttling throttling) {
        this.context = context;
        this.copies = copies;
        this.throttling = throttling;
    }

    /** Names the tables that will be copied, so that those not begun yet count in the whole. */
    void plan(List<Table> tables) {
        planned = tables;
    }

    void follow(Streams followed) {
        streams = followed;
    }

    Map<String, Object> report() {
        var report = new LinkedHashMap<String, Object>();
        try (var target = context.look(Side.TARGET)) {
            var tables = withWaiting(tables(target));
            report.put("tables", tables);
            report.putAll(speed.report(tables, System.nanoTime()));
        }
        report.put("throttle", throttling.report());
        lag(report);
        return report;
    }

    private List<Map<String, Object>> tables(Session target) {
        var live = copies.live();
        return target.query(
                """
                SELECT t.schema_name, t.table_name, t.rows_total, t.done, coalesce((SELECT sum(c.rows) FROM godwit.chunk c
                  WHERE (c.run, c.schema_name, c.table_name) = (t.run, t.schema_name, t.table_name)), 0)
                FROM godwit.table_copy t WHERE t.run = ? ORDER BY 3 DESC, 1, 2""",
                row -> {
                    var name = TableName.of(row.getString(1), row.getString(2));
                    var copied = row.getLong(5);
                    var isDone = row.getBoolean(4);
                    var rows = isDone ? copied : Math.max(copied, live.getOrDefault(name, 0L));
                    var total = isDone ? copied : Math.max(row.getLong(3), rows);
                    return Map.of("table", name.plain(), "rows", rows, "total", total, "done", isDone);
                },
                context.run());
    }

    private List<Map<String, Object>> withWaiting(List<Map<String, Object>> begun) {
        var names = begun.stream().map(table -> table.get("table")).toList();
        var all = new ArrayList<>(begun);
        planned.stream()
                .filter(table -> !names.contains(table.name().plain()))
                .map(table -> Map.<String, Object>of(
                        "table", table.name().plain(), "rows", 0L, "total", table.rows(), "done", false))
                .forEach(all::add);
        return all;
    }

    private void lag(Map<String, Object> report) {
        if (streams == null || !streams.isOpen(Side.SOURCE)) {
            waiting().ifPresent(waiting -> report.put(MoveContext.direction(Side.SOURCE), waiting));
        }
        for (var side : Side.values()) {
            if (streams != null && streams.isOpen(side)) {
                try (var session = context.look(side)) {
                    report.put(
                            MoveContext.direction(side),
                            lag(session, streams.from(side).state()));
                } catch (GodwitException e) {
                    report.put(
                            MoveContext.direction(side),
                            Map.of("problem", e.problem().code()));
                }
            }
        }
    }

    /** Before there is a stream its slot keeps all that was written since the begin; empty before the slot too. */
    private Optional<Map<String, Object>> waiting() {
        try (var source = context.look(Side.SOURCE);
                var target = context.look(Side.TARGET)) {
            var backlog = Backlog.read(source, context.streamName(Side.SOURCE), Lsn.ZERO);
            var seconds = target.number(
                    "SELECT extract(epoch FROM clock_timestamp() - begun_at)::bigint FROM godwit.run WHERE id = ?",
                    context.run());
            return backlog.map(log -> Map.of("lagBytes", log.lagBytes(), "lagSeconds", (double) seconds));
        } catch (GodwitException unanswered) {
            return Optional.of(Map.of("problem", unanswered.problem().code()));
        }
    }

    private static Map<String, Object> lag(Session session, StreamState state) {
        var now = Lsn.parse(session.text("SELECT pg_current_wal_lsn()::text"));
        var seconds = state.isBehind() && state.lastCommitAt() > 0
                ? Math.max(
                                0,
                                session.number("SELECT extract(epoch FROM clock_timestamp()) * 1000000")
                                        - state.lastCommitAt())
                        / (double) TimeUnit.SECONDS.toMicros(1)
                : 0.0;
        return Map.of(
                "lagBytes", now.bytesSince(state.flushed()),
                "lagSeconds", seconds,
                "transactions", state.transactions(),
                "missingRows", state.missingRows(),
                "foreignTransactions", state.foreign());
    }
}
