package godwit.postgres.copy;

import godwit.GodwitException;
import godwit.move.LiveSetting;
import godwit.move.MoveSpec;
import godwit.move.Snapshot;
import godwit.postgres.Database;
import godwit.postgres.Exemption;
import godwit.postgres.Session;
import godwit.run.throttle.Valve;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Copies all tables of a move, the biggest first, each in chunks that several workers share.
 *
 * <p>A table that was copied whole stays copied whatever happens; one that was not is begun again under a new snapshot,
 * because a snapshot dies with the session that exported it.
 */
public final class TableCopies {
    private static final int REWRITES_MAX = 20;

    /** After so many attempts a table is locked for a moment, because it is truncated faster than it can be read. */
    private static final int FREE_ATTEMPTS_MAX = 3;

    private final UUID run;
    private final MoveSpec spec;
    private final Database source;
    private final Database target;
    private final Exemption exemption;
    private final Valve valve;
    private final Map<TableName, AtomicLong> live = new ConcurrentHashMap<>();

    /** @param valve what every chunk passes */
    public TableCopies(UUID run, MoveSpec spec, Database source, Database target, Exemption exemption, Valve valve) {
        this.run = run;
        this.spec = spec;
        this.source = source;
        this.target = target;
        this.exemption = exemption;
        this.valve = valve;
    }

    /** Rows copied so far by this process, for people. */
    public Map<TableName, Long> live() {
        var now = new LinkedHashMap<TableName, Long>();
        live.forEach((table, count) -> now.put(table, count.get()));
        return now;
    }

    /**
     * Copies what is not copied yet.
     *
     * @param whenCopied called with each table, in the thread that copied its last chunk, once its rows are committed
     */
    public void copy(List<Table> tables, Consumer<Table> whenCopied) {
        var waiting = new ArrayList<>(tables);
        waiting.sort(Comparator.comparingLong(Table::bytes).reversed());
        try (var workers = Executors.newFixedThreadPool((int) LiveSetting.COPY_WORKERS.most())) {
            var turns = Executors.newFixedThreadPool(Math.max(2, spec.limits().copyWorkers()));
            try (turns) {
                await(waiting.stream()
                        .<Future<?>>map(table -> turns.submit(() -> copyTable(table, workers, whenCopied)))
                        .toList());
            } catch (RuntimeException e) {
                turns.shutdownNow();
                workers.shutdownNow();
                throw e;
            }
        }
    }

    private void copyTable(Table table, ExecutorService workers, Consumer<Table> whenCopied) {
        if (!isDone(table)) {
            for (var attempt = 1; !copied(table, workers, attempt); attempt++) {
                live.remove(table.name());
            }
        }
        whenCopied.accept(table);
    }

    /** Copies a table; false when it was rewritten meanwhile and has to begin again. */
    private boolean copied(Table table, ExecutorService workers, int attempt) {
        valve.awaitResumed();
        try (var snapshot = snapshot(table, attempt)) {
            var chunks = Chunk.of(snapshot.blocks(), Math.max(1, spec.limits().chunkBytes() / 8192));
            begin(table, snapshot, chunks.size());
            if (attempt > FREE_ATTEMPTS_MAX) {
                copyThroughHolder(table, snapshot, chunks);
            } else {
                await(chunks.stream()
                        .<Future<?>>map(chunk -> workers.submit(() -> copyChunk(table, snapshot, chunk)))
                        .toList());
            }
            makeLasting(snapshot);
            finish(table, snapshot);
            return true;
        } catch (GodwitException e) {
            if (e.problem().code().equals("table-rewritten") && attempt < REWRITES_MAX) {
                return false;
            }
            throw e;
        }
    }

    private TableSnapshot snapshot(Table table, int attempt) {
        var session = source.open("exporter");
        return attempt > FREE_ATTEMPTS_MAX
                ? TableSnapshot.exportLocked(session, table)
                : TableSnapshot.export(session, table);
    }

    private void copyChunk(Table table, TableSnapshot snapshot, Chunk chunk) {
        valve.enter();
        try (var from = source.open("copy");
                var to = target.openApplying("copy", exemption)) {
            chunkCopy(table, valve::passed).copy(from, to, snapshot, chunk);
        } finally {
            valve.leave();
        }
    }

    private void copyThroughHolder(Table table, TableSnapshot holder, List<Chunk> chunks) {
        try (var to = target.openApplying("copy", exemption)) {
            // Under the table's lock: nothing is to wait here.
            chunks.forEach(chunk -> chunkCopy(table, rows -> {}).copyThroughHolder(holder, to, chunk));
        }
    }

    private ChunkCopy chunkCopy(Table table, ChunkCopy.Passing passing) {
        var counter = live.computeIfAbsent(table.name(), name -> new AtomicLong());
        var condition = Optional.ofNullable(spec.rows().get(table.name()));
        return new ChunkCopy(run, table, condition, spec.limits().rowBytesMax(), rows -> {
            counter.addAndGet(rows);
            passing.passed(rows);
        });
    }

    private boolean isDone(Table table) {
        try (var session = target.open("copy")) {
            return session.is(
                    "SELECT done FROM godwit.table_copy WHERE run = ? AND schema_name = ? AND table_name = ?",
                    run,
                    table.name().schema().name(),
                    table.name().name().name());
        }
    }

    /** Empties the table and notes its snapshot: rows of an earlier attempt belong to another. */
    private void begin(Table table, TableSnapshot snapshot, int chunks) {
        try (var session = target.openApplying("copy", exemption)) {
            session.transaction(s -> {
                s.execute("TRUNCATE ONLY " + table.name().sql());
                forget(s, "chunk", table);
                forget(s, "table_copy", table);
                return s.execute(
                        """
                        INSERT INTO godwit.table_copy
                          (run, schema_name, table_name, snapshot, filenode, rows_total, chunks_total)
                        VALUES (?, ?, ?, ?, ?, ?, ?)""",
                        run,
                        table.name().schema().name(),
                        table.name().name().name(),
                        snapshot.snapshot(),
                        snapshot.filenode(),
                        table.rows(),
                        chunks);
            });
        }
    }

    private void forget(Session session, String what, Table table) {
        session.execute(
                "DELETE FROM godwit." + what + " WHERE run = ? AND schema_name = ? AND table_name = ?",
                run,
                table.name().schema().name(),
                table.name().name().name());
    }

    /**
     * Flushes the source's log. A crash of the source could otherwise take back what the snapshot saw, and give the same
     * transaction numbers to others, whose changes the stream would then hold for copied.
     */
    private void makeLasting(TableSnapshot snapshot) {
        try (var session = source.open("copy")) {
            session.text("SELECT pg_logical_emit_message(true, 'godwit.flush', '')::text");
        }
        snapshot.requireHeld();
    }

    /** Notes that a table is whole, unless its copy has begun again elsewhere meanwhile. */
    private void finish(Table table, TableSnapshot snapshot) {
        try (var session = target.open("copy")) {
            session.execute(
                    """
                    UPDATE godwit.table_copy SET done = true
                    WHERE run = ? AND schema_name = ? AND table_name = ? AND snapshot = ?""", run, table.name().schema().name(), table.name().name().name(), snapshot.snapshot());
        }
    }

    /** The snapshot that each copied table was read under. */
    public static Map<TableName, Snapshot> snapshots(Session target, UUID run) {
        var all = new LinkedHashMap<TableName, Snapshot>();
        target.query(
                        "SELECT schema_name, table_name, snapshot FROM godwit.table_copy WHERE run = ? AND done",
                        row -> Map.entry(
                                TableName.of(row.getString(1), row.getString(2)), Snapshot.parse(row.getString(3))),
                        run)
                .forEach(entry -> all.put(entry.getKey(), entry.getValue()));
        return all;
    }

    private static void await(List<Future<?>> works) {
        for (var work : works) {
            try {
                work.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException known) {
                    throw known;
                }
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }
}
