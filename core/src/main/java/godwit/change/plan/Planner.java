package godwit.change.plan;

import godwit.Problem;
import godwit.change.Migration;
import godwit.change.Operation;
import godwit.schema.Identifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Works out what a migration does to a database: from its operations and the catalog alone, and with what a server says of
 * people's SQL.
 */
public final class Planner {
    /** As PostgreSQL has it: NAMEDATALEN less one. */
    private static final int NAME_BYTES_MAX = 63;

    private final Catalog catalog;
    private final Analyst analyst;
    private final String run;

    /** @param run the short id of the run, by which what it makes is named */
    public Planner(Catalog catalog, Analyst analyst, String run) {
        this.catalog = catalog;
        this.analyst = analyst;
        this.run = run;
    }

    /** @throws godwit.GodwitException what the migration asks for is not there or cannot be done; nothing has been done */
    public Plan plan(Migration migration) {
        var version = version(catalog.schema(), migration);
        var changed = changed(migration);
        var views = new VersionViews(version, catalog, changed, analyst);
        var start = new ArrayList<Step>();
        var carried = new LinkedHashMap<Changed, List<Carried>>();
        var expanding = changed.stream()
                .filter(Changed::isKeptInStep)
                .map(of -> {
                    var one = new Expanding(of, analyst, catalog.path());
                    carried.put(of, one.carried());
                    return one;
                })
                .toList();
        expanding.forEach(each -> start.add(each.columns()));
        expanding.forEach(each -> start.addAll(each.backfill()));
        expanding.forEach(each -> start.addAll(each.guarantees()));
        start.add(views.make());
        var complete = new Contracting(views, catalog, changed, analyst).step(carried);
        return new Plan(version, catalog.path(), start, List.of(complete), rollback(views, changed));
    }

    /** The schema of a migration's version. */
    public static Identifier version(Identifier schema, Migration migration) {
        var name = schema.name() + "_" + migration.version().name();
        if (name.getBytes(StandardCharsets.UTF_8).length > NAME_BYTES_MAX) {
            throw Problem.of(
                            "version-name-too-long",
                            "The version's schema would be %s, which is longer than %d bytes."
                                    .formatted(name, NAME_BYTES_MAX),
                            "Give the migration a shorter version_schema.")
                    .asException();
        }
        return new Identifier(name);
    }

    private List<Changed> changed(Migration migration) {
        Map<Identifier, Evolution> evolutions = new LinkedHashMap<>();
        for (var operation : migration.operations()) {
            switch (operation) {
                case Operation.AddColumn added ->
                    evolution(evolutions, added.table()).add(added);
                case Operation.DropColumn dropped ->
                    evolution(evolutions, dropped.table()).drop(dropped);
                case Operation.RenameColumn renamed ->
                    evolution(evolutions, renamed.table()).rename(renamed);
                case Operation.AlterColumn altered ->
                    evolution(evolutions, altered.table()).alter(altered);
                case Operation.CreateTable other -> throw notYet(other);
                case Operation.DropTable other -> throw notYet(other);
                case Operation.RenameTable other -> throw notYet(other);
                case Operation.CreateConstraint other -> throw notYet(other);
                case Operation.DropConstraint other -> throw notYet(other);
                case Operation.RenameConstraint other -> throw notYet(other);
                case Operation.CreateIndex other -> throw notYet(other);
                case Operation.DropIndex other -> throw notYet(other);
                case Operation.SetReplicaIdentity other -> throw notYet(other);
                case Operation.RawSql other -> throw notYet(other);
            }
        }
        var changed = new ArrayList<Changed>();
        for (var evolution : evolutions.values()) {
            changed.add(new Changed(changed.size() + 1, run, evolution, evolution.chains()));
        }
        changed.stream().filter(Changed::isKeptInStep).forEach(Planner::requirePossible);
        changed.forEach(Planner::requireKey);
        return changed;
    }

    private Evolution evolution(Map<Identifier, Evolution> all, Identifier table) {
        return all.computeIfAbsent(
                table,
                name -> new Evolution(
                        catalog.table(name)
                                .orElseThrow(() -> Problem.of(
                                                "no-such-table",
                                                "There is no table %s in %s."
                                                        .formatted(
                                                                name.name(),
                                                                catalog.schema().name()),
                                                "Look whether it has another name by now, or is a view.")
                                        .withObjects(List.of(catalog.schema().name() + "." + name.name()))
                                        .asException()),
                        analyst));
    }

    private static void requirePossible(Changed of) {
        of.table().obstacle().ifPresent(obstacle -> {
            throw Problem.of(
                            "table-not-changeable",
                            "The columns of %s cannot be changed yet, because it %s."
                                    .formatted(of.name().plain(), obstacle),
                            "Change it by hand, or take that away first.")
                    .withObjects(List.of(of.name().plain()))
                    .asException();
        });
    }

    private static void requireKey(Changed of) {
        if (of.chains().stream().anyMatch(Chain::isFilled) && of.table().key().isEmpty()) {
            throw Problem.of(
                            "rows-without-key",
                            "The rows of %s cannot be walked through: it has no primary key and no unique index without NULL."
                                    .formatted(of.name().plain()),
                            "Give it a primary key first.")
                    .withObjects(List.of(of.name().plain()))
                    .asException();
        }
    }

    private static RuntimeException notYet(Operation operation) {
        return Problem.of(
                        "operation-not-possible",
                        "This Godwit cannot carry out %s yet.".formatted(operation.word()),
                        "Leave it out, or use a newer Godwit.")
                .asException();
    }

    private static List<Step> rollback(VersionViews views, List<Changed> changed) {
        var steps = new ArrayList<Step>();
        steps.add(views.remove());
        for (var of : changed) {
            if (of.isKeptInStep()) {
                var sql = new ArrayList<String>();
                sql.add("LOCK TABLE " + of.sql() + " IN ACCESS EXCLUSIVE MODE");
                sql.add("DROP TRIGGER IF EXISTS " + of.trigger("insert").sql() + " ON " + of.sql());
                sql.add("DROP TRIGGER IF EXISTS " + of.trigger("update").sql() + " ON " + of.sql());
                sql.add("DROP FUNCTION IF EXISTS " + of.function().sql() + "()");
                of.greens()
                        .forEach(green -> sql.add("ALTER TABLE " + of.sql() + " DROP COLUMN IF EXISTS "
                                + green.physical().sql()));
                sql.add("ALTER TABLE " + of.sql() + " DROP COLUMN IF EXISTS " + SyncFunction.MARKER.sql());
                steps.add(new Step.InTransaction(
                        "columns and triggers of " + of.name().plain(), sql, Lock.ACCESS_EXCLUSIVE, false, 0.05));
            }
        }
        return steps;
    }
}
