package godwit.postgres.move;

import godwit.postgres.Session;
import godwit.postgres.catalog.SchemaObject;
import godwit.run.throttle.Valve;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Builds indexes side by side, the costliest first, so that none is left to be built alone at the end.
 *
 * <p>One that costs more than a worker's share of all that is left would still be the last: the server may build it with a
 * parallel worker, and one that is left alone with as many as make up the builds that may go on at once. The others get none:
 * each parallel worker sorts on disk what one process sorts in memory.
 */
final class IndexBuilds implements AutoCloseable {
    /** What is less than this part of something is little beside it. */
    private static final int MUCH = 8;

    /** What a sort costs: for each row and key, about four times as much where the key is not a plain number. */
    private static final String COSTS = """
            SELECT n.nspname, x.relname,
                   (greatest(c.reltuples, 1) * CASE m.amname WHEN 'btree' THEN 1 ELSE 4 END
                    * sum(CASE WHEN a.attlen BETWEEN 1 AND 8 THEN 1 ELSE 4 END))::bigint
            FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
            JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = x.relnamespace
            JOIN pg_catalog.pg_am m ON m.oid = x.relam JOIN pg_catalog.pg_attribute a ON a.attrelid = x.oid
            WHERE c.relkind = 'r' AND n.nspname !~ '^pg_'
            GROUP BY n.nspname, x.relname, c.reltuples, m.amname""";

    private final Builder builder;
    private final Valve valve;
    private final int workers;
    private final Map<TableName, Long> costs;
    private final ExecutorService pool;
    private final Map<SchemaObject, Group> groups = new HashMap<>();
    private final PriorityQueue<SchemaObject> waiting =
            new PriorityQueue<>(Comparator.comparingLong(this::cost).reversed().thenComparing(SchemaObject::identity));
    private final List<CompletableFuture<?>> building = Collections.synchronizedList(new ArrayList<>());
    private long bytesLeft;
    private long costLeft;

    /** What makes the indexes of a table. */
    interface Builder {
        /** @param parallel how many workers of the server's own may help at most */
        void build(SchemaObject index, int parallel);

        /** Called when all that was handed in for a table is built, before {@link IndexBuilds#await} returns. */
        void built(Table table, Executor beside);

        /** Ends the builds that are under way: one has failed, or what they are for. */
        void abandon();
    }

    /** What is still to be built of a table. */
    private static final class Group {
        private final Table table;
        private int left;

        Group(Table table, int left) {
            this.table = table;
            this.left = left;
        }
    }

    /**
     * @param workers builds at once
     * @param tables that are being copied and will be handed in
     * @param costs of indexes, by their names, in one unit
     */
    IndexBuilds(Builder builder, Valve valve, int workers, List<Table> tables, Map<TableName, Long> costs) {
        this.builder = builder;
        this.valve = valve;
        this.workers = workers;
        this.bytesLeft = tables.stream().mapToLong(Table::bytes).sum();
        this.costs = costs;
        this.pool = Executors.newFixedThreadPool(workers);
    }

    /** What the indexes of a database's tables cost. */
    static Map<TableName, Long> costs(Session source) {
        return source
                .query(COSTS, row -> Map.entry(TableName.of(row.getString(1), row.getString(2)), row.getLong(3)))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Hands in the indexes of a table whose rows are there. */
    synchronized void add(Table table, List<SchemaObject> indexes) {
        bytesLeft -= table.bytes();
        if (indexes.isEmpty()) {
            building.add(CompletableFuture.runAsync(() -> builder.built(table, pool), pool));
            return;
        }
        var group = new Group(table, indexes.size());
        indexes.forEach(index -> groups.put(index, group));
        waiting.addAll(indexes);
        costLeft += indexes.stream().mapToLong(this::cost).sum();
        indexes.forEach(any -> building.add(CompletableFuture.runAsync(this::buildCostliest, pool)));
    }

    private void buildCostliest() {
        valve.awaitResumed();
        var turn = begin();
        builder.build(turn.index(), turn.parallel());
        end(turn.index()).ifPresent(table -> builder.built(table, pool));
    }

    private synchronized Turn begin() {
        var index = waiting.remove();
        return new Turn(index, parallel(index));
    }

    /** The table, when this was the last of its indexes. */
    private synchronized Optional<Table> end(SchemaObject index) {
        costLeft -= cost(index);
        var group = Objects.requireNonNull(groups.remove(index));
        group.left--;
        return group.left == 0 ? Optional.of(group.table) : Optional.empty();
    }

    private record Turn(SchemaObject index, int parallel) {}

    private int parallel(SchemaObject index) {
        var copied = Objects.requireNonNull(groups.get(index)).table.bytes();
        if (bytesLeft > copied / MUCH) {
            return 0;
        }
        if (cost(index) * MUCH >= costLeft * (MUCH - 1)) {
            return workers - 1;
        }
        return workers > 1 && cost(index) * workers >= costLeft ? 1 : 0;
    }

    private long cost(SchemaObject index) {
        return index.index().map(name -> costs.getOrDefault(name, 1L)).orElse(1L);
    }

    /** Waits for all that was handed in. */
    void await() {
        await(building);
    }

    /** Waits for all of them, or until one fails: that is thrown at once, whatever goes on beside. */
    static void await(List<? extends CompletableFuture<?>> works) {
        var failed = new CompletableFuture<Object>();
        var all = List.copyOf(works);
        all.forEach(work -> work.exceptionally(cause -> {
            failed.completeExceptionally(cause);
            return null;
        }));
        try {
            CompletableFuture.anyOf(CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)), failed)
                    .get();
        } catch (ExecutionException e) {
            throw cause(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static RuntimeException cause(ExecutionException e) {
        var cause = e.getCause() instanceof CompletionException inner ? inner.getCause() : e.getCause();
        return cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
    }

    /** Begins nothing new; after {@link #await} what was begun beside goes on, else it is told to end. */
    @Override
    public void close() {
        if (building.stream().allMatch(CompletableFuture::isDone)) {
            pool.shutdown();
        } else {
            pool.shutdownNow();
            builder.abandon();
            pool.close();
        }
    }
}
