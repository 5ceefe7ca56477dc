package godwit.postgres.move;

import godwit.move.Side;
import godwit.postgres.Session;
import godwit.postgres.catalog.SchemaObject;
import godwit.postgres.catalog.SchemaPhase;
import godwit.postgres.copy.RangeLedger;
import godwit.postgres.copy.TableCopies;
import godwit.run.throttle.Valve;
import godwit.schema.Table;
import godwit.schema.TableName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Fills the target: rows first, then each table's keys and indexes while other tables are still being copied. */
final class Filling {
    /** So long what was found of a table stands for what it is when both sides are in step. */
    private static final Duration ANALYSIS_HOLDS = Duration.ofMinutes(1);

    private final MoveContext context;
    private final TableCopies copies;
    private final Expansion expansion;
    private final Valve valve;
    private final Map<TableName, Analysed> analyses = new ConcurrentHashMap<>();

    Filling(MoveContext context, TableCopies copies, Expansion expansion, Valve valve) {
        this.context = context;
        this.copies = copies;
        this.expansion = expansion;
        this.valve = valve;
    }

    /** What the planner was given of a table, and since when it may have had it. */
    private record Analysed(long since, CompletableFuture<Void> done) {
        boolean isOld() {
            return System.nanoTime() - since > ANALYSIS_HOLDS.toNanos();
        }
    }

    void fill(List<Table> tables, List<SchemaObject> objects) {
        var workers = context.spec().limits().indexWorkers();
        var alone = asked(target -> Analysis.alone(target, tables));
        try (var builds = new IndexBuilds(new Builder(objects, alone), valve, workers, tables, costs())) {
            copies.copy(tables, table -> builds.add(table, indexes(objects, table)));
            builds.await();
        }
        var ranged = ranged();
        expansion.make(objects, object -> isAfterCopy(object) && !mustWait(object, ranged));
    }

    private Map<TableName, Long> costs() {
        try (var source = context.look(Side.SOURCE)) {
            return IndexBuilds.costs(source);
        }
    }

    /** Builds what had to wait until the stream had passed the snapshots of all ranges. */
    void finish(List<SchemaObject> objects) {
        expansion.make(objects, Filling::isAfterCopy);
    }

    private static boolean isAfterCopy(SchemaObject object) {
        return object.phase() == SchemaPhase.AFTER_TABLE || object.phase() == SchemaPhase.AFTER_TABLES;
    }

    /** The tables that are copied by ranges of their keys. */
    private Set<TableName> ranged() {
        try (var target = context.openBriefly(Side.TARGET, "look")) {
            return new RangeLedger(context.run()).tables(target);
        }
    }

    /** Ranges that were copied at different times may hold the same unique value, but never the same primary key. */
    private static boolean mustWait(SchemaObject object, Set<TableName> ranged) {
        var isUnique = object.kind().equals("unique constraint")
                || object.kind().equals("exclusion constraint")
                || (object.kind().equals("index") && object.create().getFirst().startsWith("CREATE UNIQUE INDEX"));
        return isUnique && object.table().filter(ranged::contains).isPresent();
    }

    /** What a table gets as soon as its rows are there. */
    private List<SchemaObject> afterCopy(List<SchemaObject> objects, Table table) {
        var ranged = ranged();
        return objects.stream()
                .filter(o -> o.phase() == SchemaPhase.AFTER_TABLE && !mustWait(o, ranged))
                .filter(o -> o.table().filter(table.name()::equals).isPresent())
                .toList();
    }

    private List<SchemaObject> indexes(List<SchemaObject> objects, Table table) {
        return expansion.unmade(afterCopy(objects, table)).stream()
                .filter(o -> o.index().isPresent())
                .map(o -> o.parts().getFirst())
                .toList();
    }

    /** Makes a table's indexes, then what has to have the table for itself, then gives the planner what it needs. */
    private final class Builder implements IndexBuilds.Builder {
        private final List<SchemaObject> objects;
        private final Set<TableName> alone;

        Builder(List<SchemaObject> objects, Set<TableName> alone) {
            this.objects = objects;
            this.alone = alone;
        }

        @Override
        public void build(SchemaObject index, int parallel) {
            expansion.makeIndex(index, parallel);
        }

        /** An index may take hours, and what failed beside it is to be told now. */
        @Override
        public void abandon() {
            context.target().abortAll();
        }

        @Override
        public void built(Table table, Executor beside) {
            expansion.make(afterCopy(objects, table), object -> true);
            if (alone.contains(table.name())) {
                var done = CompletableFuture.runAsync(() -> statement(Analysis.of(table.name())), beside);
                analyses.put(table.name(), new Analysed(System.nanoTime(), done));
            }
        }
    }

    /**
     * Begins to give the planner of the target what it needs and does not have yet, which is in when the result is
     * complete.
     */
    CompletableFuture<Void> analyze(List<Table> tables) {
        analyses.values().removeIf(analysed -> analysed.done().isDone() && analysed.isOld());
        var known = analyses.keySet().stream().map(Analysis::of).collect(Collectors.toSet());
        var workers = Executors.newFixedThreadPool(context.spec().limits().indexWorkers());
        var all = asked(target -> Analysis.ofTables(target, tables)).stream()
                .filter(sql -> !known.contains(sql))
                .map(sql -> CompletableFuture.runAsync(() -> statement(sql), workers));
        var awaited = Stream.concat(analyses.values().stream().map(Analysed::done), all)
                .toArray(CompletableFuture<?>[]::new);
        workers.shutdown();
        return CompletableFuture.allOf(awaited);
    }

    /** Waits for the analysis and gives materialised views their rows, and the planner what it needs of them. */
    void complete(CompletableFuture<Void> analysis, List<String> refreshes) {
        IndexBuilds.await(List.of(analysis));
        refreshes.forEach(this::statement);
        if (!refreshes.isEmpty()) {
            asked(Analysis::ofViews).forEach(this::statement);
        }
    }

    private <T> T asked(Function<Session, T> question) {
        try (var target = context.look(Side.TARGET)) {
            return question.apply(target);
        }
    }

    private void statement(String sql) {
        try (var session = context.openApplying(Side.TARGET, "analyze")) {
            session.execute(sql);
        }
    }
}
