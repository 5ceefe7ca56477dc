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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** Fills the target: rows first, then each table's keys and indexes while other tables are still being copied. */
final class Filling {
    private final MoveContext context;
    private final TableCopies copies;
    private final Expansion expansion;
    private final Valve valve;

    Filling(MoveContext context, TableCopies copies, Expansion expansion, Valve valve) {
        this.context = context;
        this.copies = copies;
        this.expansion = expansion;
        this.valve = valve;
    }

    void fill(List<Table> tables, List<SchemaObject> objects) {
        var workers = context.spec().limits().indexWorkers();
        try (var builds = new IndexBuilds(expansion::makeIndex, valve, workers, tables.size(), costs())) {
            copies.copy(tables, table -> builds.add(afterCopy(objects, table, ranged())));
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

    private static List<SchemaObject> afterCopy(List<SchemaObject> objects, Table table, Set<TableName> ranged) {
        return objects.stream()
                .filter(o -> o.phase() == SchemaPhase.AFTER_TABLE && !mustWait(o, ranged))
                .filter(o -> o.table().filter(table.name()::equals).isPresent())
                .filter(o -> !o.kind().contains("replica identity"))
                .map(o -> o.parts().getFirst())
                .toList();
    }

    /** Begins to give the planner of the target what it needs, which is in when the result is complete. */
    CompletableFuture<Void> analyze(List<Table> tables) {
        var workers = Executors.newFixedThreadPool(context.spec().limits().indexWorkers());
        var all = asked(target -> Analysis.ofTables(target, tables)).stream()
                .map(sql -> CompletableFuture.runAsync(() -> statement(sql), workers))
                .toArray(CompletableFuture<?>[]::new);
        workers.shutdown();
        return CompletableFuture.allOf(all);
    }

    /** Waits for the analysis and gives materialised views their rows, and the planner what it needs of them. */
    void complete(CompletableFuture<Void> analysis, List<String> refreshes) {
        IndexBuilds.await(List.of(analysis));
        refreshes.forEach(this::statement);
        if (!refreshes.isEmpty()) {
            asked(Analysis::ofViews).forEach(this::statement);
        }
    }

    private List<String> asked(Function<Session, List<String>> question) {
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
