package godwit.postgres.copy;

import godwit.GodwitException;
import godwit.move.MoveSpec;
import godwit.move.Snapshot;
import godwit.postgres.Database;
import godwit.postgres.Exemption;
import godwit.postgres.RowLimit;
import godwit.postgres.Session;
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
import java.util.function.BiConsumer;
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
    private final RangeCopies ranges;
    private final SharedMemory memory = new SharedMemory();
    private final Map<TableName, AtomicLong> live = new ConcurrentHashMap<>();

    public TableCopies(UUID run, MoveSpec spec, Database source, Database target, Exemption exemption) {
        this.run = run;
        this.spec = spec;
        this.source = source;
        this.target = target;
        this.exemption = exemption;
        this.ranges = new RangeCopies(this, new RangeCopies.Where(run, spec.limits(), source, target, exemption));
    }

    /** Copies part of a table through sessions of its own, beside others. */
    void withSessions(BiConsumer<Session, Session> work) {
        memory.use(() -> {
            try (var from = source.open("copy");
                    var to = target.openApplying("copy", exemption)) {
                work.accept(from, to);
            }
        });
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
        var binary = tables.stream().allMatch(Table::isBinary);
        try (var workers = Executors.newFixedThreadPool(spec.limits().copyWorkers())) {
            var turns = Executors.newFixedThreadPool(Math.max(2, spec.limits().copyWorkers()));
            try (turns) {
                await(waiting.stream()
                        .<Future<?>>map(table -> turns.submit(() -> copyTable(table, binary, workers, whenCopied)))
                        .toList());
            } catch (RuntimeException e) {
                turns.shutdownNow();
                workers.shutdownNow();
                throw e;
            }
        }
    }

    private void copyTable(Table table, boolean binary, ExecutorService workers, Consumer<Table> whenCopied) {
        var place = isDone(table) ? Optional.<KeyPlace>empty() : ranges.place(table, binary);
        if (place.isPresent()) {
            ranges.copy(table, place.get(), workers);
        } else if (!isDone(table)) {
            for (var attempt = 1; !copied(table, workers, attempt); attempt++) {
                live.remove(table.name());
            }
        }
        whenCopied.accept(table);
    }

    /** Copies a table; false when it was rewritten meanwhile and has to begin again. */
    private boolean copied(Table table, ExecutorService workers, int attempt) {
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
            finish(table, snapshot.snapshot());
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
        withSessions((from, to) -> chunkCopy(table).copy(from, to, snapshot, chunk));
    }

    private void copyThroughHolder(Table table, TableSnapshot holder, List<Chunk> chunks) {
        try (var to = target.openApplying("copy", exemption)) {
            chunks.forEach(chunk -> memory.use(() -> chunkCopy(table).copyThroughHolder(holder, to, chunk)));
        }
    }

    ChunkCopy chunkCopy(Table table) {
        var counter = live.computeIfAbsent(table.name(), name -> new AtomicLong());
        var condition = Optional.ofNullable(spec.rows().get(table.name()));
        return new ChunkCopy(run, table, condition, new RowLimit(spec.limits().rowBytesMax()), counter);
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
                new RangeLedger(run).forget(s, table.name());
                return note(s, table, snapshot.snapshot(), snapshot.filenode(), chunks);
            });
        }
    }

    long note(Session session, Table table, String snapshot, long filenode, int chunks) {
        return session.execute(
                """
                INSERT INTO godwit.table_copy
                  (run, schema_name, table_name, snapshot, filenode, rows_total, chunks_total)
                VALUES (?, ?, ?, ?, ?, ?, ?)""",
                run,
                table.name().schema().name(),
                table.name().name().name(),
                snapshot,
                filenode,
                table.rows(),
                chunks);
    }

    void forget(Session session, String what, Table table) {
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
            TableSnapshot.flushLog(session);
        }
        snapshot.requireHeld();
    }

    /** Notes that a table is whole, unless its copy has begun again elsewhere meanwhile. */
    void finish(Table table, String snapshot) {
        try (var session = target.open("copy")) {
            session.execute(
                    """
                    UPDATE godwit.table_copy SET done = true
                    WHERE run = ? AND schema_name = ? AND table_name = ? AND snapshot = ?""", run, table.name().schema().name(), table.name().name().name(), snapshot);
        }
    }

    /** The snapshot that each copied table was read under. */
    public static Map<TableName, Snapshot> snapshots(Session target, UUID run) {
        var all = new LinkedHashMap<TableName, Snapshot>();
        target.query(
                        "SELECT schema_name, table_name, snapshot FROM godwit.table_copy WHERE run = ? AND done",
                        row -> Map.entry(TableName.of(row.getString(1), row.getString(2)), row.getString(3)),
                        run)
                .stream()
                .filter(entry -> !RangeLedger.isByRange(entry.getValue()))
                .forEach(entry -> all.put(entry.getKey(), Snapshot.parse(entry.getValue())));
        return all;
    }

    static void await(List<Future<?>> works) {
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
