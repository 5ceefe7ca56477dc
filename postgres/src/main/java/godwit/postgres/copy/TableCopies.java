package godwit.postgres.copy;

import godwit.GodwitException;
import godwit.Problem;
import godwit.Retry;
import godwit.move.LiveSetting;
import godwit.move.MoveLimits;
import godwit.move.MoveSpec;
import godwit.move.Snapshot;
import godwit.postgres.Database;
import godwit.postgres.Exemption;
import godwit.postgres.RowLimit;
import godwit.postgres.Session;
import godwit.postgres.YieldingReads;
import godwit.postgres.numbers.NumberedColumns;
import godwit.postgres.numbers.ObjectNumbers;
import godwit.run.throttle.Valve;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

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

    /** So often a chunk is read again because somebody waited for its lock. */
    private static final int YIELDS_MAX = 10;

    private final UUID run;
    private final MoveSpec spec;
    private final Database source;
    private final CopyLedger ledger;
    private final CopyLanes lanes;
    private final Valve valve;
    private final ObjectNumbers numbers;
    private final YieldingReads reads;
    private final Map<TableName, NumberedColumns> numbered = new ConcurrentHashMap<>();
    private final Map<TableName, AtomicLong> live = new ConcurrentHashMap<>();

    /** @param valve what every chunk passes */
    public TableCopies(UUID run, MoveSpec spec, Database source, Database target, Exemption exemption, Valve valve) {
        this.run = run;
        this.spec = spec;
        this.source = source;
        this.ledger = new CopyLedger(run);
        this.reads = new YieldingReads(source, Duration.ofMillis(spec.limits().lockWaitMillisMax()));
        this.lanes = new CopyLanes(source, target, exemption, reads);
        this.valve = valve;
        this.numbers = new ObjectNumbers(source, target);
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
        var ranges = new RangeCopies(this, tables.stream().allMatch(Table::isBinary));
        try (var workers = Executors.newFixedThreadPool((int) LiveSetting.COPY_WORKERS.most())) {
            var turns = Executors.newFixedThreadPool(Math.max(2, spec.limits().copyWorkers()));
            try (turns) {
                await(waiting.stream()
                        .<Future<?>>map(table -> turns.submit(() -> copyTable(table, ranges, workers, whenCopied)))
                        .toList());
            } catch (RuntimeException e) {
                turns.shutdownNow();
                workers.shutdownNow();
                throw e;
            }
        } finally {
            lanes.closeIdle();
            numbers.close();
            reads.close();
        }
    }

    private void copyTable(Table table, RangeCopies ranges, ExecutorService workers, Consumer<Table> whenCopied) {
        var isDone = lanes.use(lane -> ledger.isDone(lane.target(), table));
        var place = isDone ? Optional.<KeyPlace>empty() : ranges.place(table);
        if (place.isPresent()) {
            valve.awaitResumed();
            ranges.copy(table, place.get(), workers);
        } else if (!isDone) {
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
            var blocksMax = Math.max(1, spec.limits().chunkBytes() / 8192);
            var chunks = Chunk.of(snapshot.blocks(), blocksMax, spec.limits().copyWorkers());
            use(lane -> ledger.begin(lane.target(), table, snapshot, chunks.size()));
            if (attempt > FREE_ATTEMPTS_MAX) {
                // Under the table's lock: nothing is to wait here.
                use(lane -> copyThroughHolder(lane, table, snapshot, chunks));
            } else {
                pass(
                        workers,
                        table,
                        chunks.stream()
                                .<Consumer<CopyLanes.Lane>>map(chunk -> lane -> copyChunk(lane, table, snapshot, chunk))
                                .toList());
            }
            use(lane -> makeLasting(lane.source(), snapshot));
            use(lane -> ledger.finish(lane.target(), table, snapshot.attempt()));
            return true;
        } catch (GodwitException e) {
            if (e.problem().code().equals("table-rewritten") && attempt < REWRITES_MAX) {
                return false;
            }
            throw e;
        }
    }

    private void copyThroughHolder(CopyLanes.Lane lane, Table table, TableSnapshot snapshot, List<Chunk> chunks) {
        reads.add(snapshot.session());
        var reader = snapshot.session().pid();
        try {
            chunks.forEach(chunk -> chunkCopy(table, rows -> {}).copyThroughHolder(snapshot, lane.target(), chunk));
        } catch (GodwitException e) {
            throw reads.hasYielded(reader) ? ChunkCopy.rewritten(table) : e;
        } finally {
            reads.remove(reader);
        }
    }

    /** Does a work again, with another lane, when its reading had to yield to somebody who waited for the table's lock. */
    <T> T useYielding(Table table, Function<CopyLanes.Lane, T> work) {
        var readers = new ArrayDeque<Integer>();
        for (var attempt = 1; ; attempt++) {
            try {
                return lanes.use(lane -> {
                    readers.push(lane.source().pid());
                    return work.apply(lane);
                });
            } catch (GodwitException e) {
                if (readers.isEmpty() || !reads.hasYielded(readers.peek())) {
                    throw e;
                }
                if (attempt == YIELDS_MAX) {
                    throw inTheWay(table, e);
                }
            }
        }
    }

    private static GodwitException inTheWay(Table table, GodwitException cause) {
        var problem = Problem.of(
                        "copy-in-the-way",
                        "Reading %s kept somebody waiting for its lock %d times in a row."
                                .formatted(table.name(), YIELDS_MAX),
                        "It is tried again. Smaller chunks (limits.chunkBytes) are read faster; limits.lockWaitMillisMax"
                                + " says for how long others may wait.")
                .withObjects(List.of(table.name().plain()));
        return new GodwitException(problem, Retry.LATER, cause);
    }

    private TableSnapshot snapshot(Table table, int attempt) {
        var session = source.open("exporter");
        return attempt > FREE_ATTEMPTS_MAX
                ? TableSnapshot.exportLocked(session, table)
                : TableSnapshot.export(session, table);
    }

    private void use(Consumer<CopyLanes.Lane> work) {
        lanes.use(lane -> {
            work.accept(lane);
            return true;
        });
    }

    private void copyChunk(CopyLanes.Lane lane, Table table, TableSnapshot snapshot, Chunk chunk) {
        chunkCopy(table, valve::passed).copy(lane.source(), lane.target(), snapshot, chunk);
    }

    void copyRange(CopyLanes.Lane lane, Table table, KeyRange range, String attempt) {
        chunkCopy(table, valve::passed).copyRange(lane, range, attempt, ranges());
    }

    /** Lets works pass the valve and waits for them; they begin in their order, whichever thread passes first. */
    void pass(ExecutorService workers, Table table, List<Consumer<CopyLanes.Lane>> works) {
        var waiting = new ConcurrentLinkedQueue<>(works);
        await(works.stream()
                .<Future<?>>map(any -> workers.submit(() -> {
                    valve.enter();
                    try {
                        var work = waiting.remove();
                        useYielding(table, lane -> {
                            work.accept(lane);
                            return true;
                        });
                    } finally {
                        valve.leave();
                    }
                }))
                .toList());
    }

    MoveLimits limits() {
        return spec.limits();
    }

    CopyLanes lanes() {
        return lanes;
    }

    CopyLedger ledger() {
        return ledger;
    }

    RangeLedger ranges() {
        return new RangeLedger(run);
    }

    private ChunkCopy chunkCopy(Table table, ChunkCopy.Passing passing) {
        var counter = live.computeIfAbsent(table.name(), name -> new AtomicLong());
        var columns = numbered.computeIfAbsent(table.name(), name -> numbers.columnsOf(table));
        return new ChunkCopy(ledger, table, columns, new RowLimit(spec.limits().rowBytesMax()), rows -> {
            counter.addAndGet(rows);
            passing.passed(rows);
        });
    }

    /**
     * Flushes the source's log. A crash of the source could otherwise take back what the snapshot saw, and give the same
     * transaction numbers to others, whose changes the stream would then hold for copied.
     */
    private static void makeLasting(Session source, TableSnapshot snapshot) {
        TableSnapshot.flushLog(source);
        snapshot.requireHeld();
    }

    /** The snapshot that each copied table was read under. */
    public static Map<TableName, Snapshot> snapshots(Session target, UUID run) {
        var all = new LinkedHashMap<TableName, Snapshot>();
        target
                .query(
                        "SELECT schema_name, table_name, snapshot FROM godwit.table_copy WHERE run = ? AND done",
                        row -> Map.entry(TableName.of(row.getString(1), row.getString(2)), row.getString(3)),
                        run)
                .stream()
                .filter(entry -> !RangeLedger.isByRange(entry.getValue()))
                .forEach(entry -> all.put(entry.getKey(), Snapshot.parse(TableSnapshot.snapshotOf(entry.getValue()))));
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
