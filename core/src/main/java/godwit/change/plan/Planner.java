package godwit.change.plan;

import godwit.GodwitException;
import godwit.Problem;
import godwit.change.Migration;
import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

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
    private final boolean isUnderWay;

    /**
     * Plans for a database as it is.
     *
     * @param run the short id of the run, by which what it makes is named
     * @param isUnderWay whether the run has made what it needs, which is then in the catalog
     */
    public Planner(Catalog catalog, Analyst analyst, String run, boolean isUnderWay) {
        this.catalog = catalog;
        this.analyst = analyst;
        this.run = run;
        this.isUnderWay = isUnderWay;
    }

    /** @throws godwit.GodwitException what the migration asks for is not there or cannot be done; nothing has been done */
    public Plan plan(Migration migration) {
        var version = version(catalog.schema(), migration);
        var draft = new Draft(catalog, analyst, isUnderWay);
        migration.operations().forEach(draft::apply);
        requireForecast(migration, draft.effects());
        draft.follow();
        var changed = changed(draft);
        var names = new KnownNames(changed);
        var effects = draft.effects();
        var views = new VersionViews(version, draft.members(), catalog.schema(), changed, analyst);
        var carried = new LinkedHashMap<Changed, List<Carried>>();
        var replaced = changed.stream().collect(Collectors.toMap(Changed::name, Changed::replaced));
        var expanding = changed.stream()
                .filter(Changed::isKeptInStep)
                .map(of -> {
                    var one = new Expanding(of, analyst, catalog.path(), replaced);
                    carried.put(of, one.carried());
                    return one;
                })
                .toList();
        var start = new ArrayList<Step>();
        effects.forEach(effect -> start.addAll(effect.made()));
        expanding.forEach(each -> start.add(each.columns()));
        expanding.forEach(each -> start.addAll(each.backfill()));
        expanding.forEach(each -> start.addAll(each.indexes()));
        effects.forEach(effect -> start.addAll(effect.indexes(names)));
        expanding.forEach(each -> start.addAll(each.constraints()));
        effects.forEach(effect -> start.addAll(effect.constraints(names)));
        start.add(views.make());
        var complete = new Contracting(views, catalog, changed, effects, analyst).step(carried);
        return new Plan(
                version,
                catalog.path(),
                start,
                List.of(complete),
                rollback(views, changed, carried, effects, draft.made()),
                Counterpart.all(carried, effects),
                changed.stream()
                        .filter(Changed::isKeptInStep)
                        .flatMap(of -> Comparison.of(of).stream())
                        .toList(),
                new Findings(draft, changed, analyst).of(start));
    }

    /** The step that makes the new version of tables as they are, for statements whose effect is known when they have run. */
    public Step versionAsItIs(Migration migration) {
        var draft = new Draft(catalog, analyst, isUnderWay);
        var version = version(catalog.schema(), migration);
        return new VersionViews(version, draft.members(), catalog.schema(), List.of(), analyst).make();
    }

    /** What other operations find must not depend on statements of which nobody knows what they do. */
    private static void requireForecast(Migration migration, List<Effect> effects) {
        if (!migration.hasOnlyStatements()) {
            effects.stream()
                    .filter(Effects.Statements.class::isInstance)
                    .flatMap(effect -> ((Effects.Statements) effect).forecast().missing().stream())
                    .findFirst()
                    .ifPresent(missing -> {
                        throw Problem.of(
                                        "sql-not-alone",
                                        "Statements that are run at the start stand beside other operations, and what they do is not known. "
                                                + missing.message(),
                                        "Give them a migration of their own, or onComplete: true.")
                                .asException();
                    });
        }
    }

    /** What is called what while the change goes on. */
    private record KnownNames(List<Changed> changed) implements Effect.Names {
        @Override
        public TableName table(Member member) {
            return switch (member) {
                case Evolution evolution -> evolution.table().name();
                case Created created -> created.name();
            };
        }

        @Override
        public Map<Identifier, Identifier> columns(Seen seen) {
            return switch (seen.table()) {
                case Created created -> created.names(seen.columns());
                case Evolution evolution ->
                    changed.stream()
                            .filter(each -> each.evolution().equals(evolution))
                            .findFirst()
                            .map(of -> of.names(seen.columns()))
                            .orElse(Map.of());
            };
        }
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

    private List<Changed> changed(Draft draft) {
        var changed = new ArrayList<Changed>();
        for (var evolution : draft.touched()) {
            changed.add(new Changed(run, evolution, evolution.chains()));
        }
        changed.stream().filter(Changed::isKeptInStep).forEach(Planner::requirePossible);
        changed.forEach(of -> of.greens().forEach(green -> requireFit(of, green)));
        return changed;
    }

    /** A default that stays must be one of the new type too. */
    private void requireFit(Changed of, Green green) {
        try {
            // Only that it can be read matters here.
            green.defaultValue().ifPresent(value -> analyst.isSameForAll(green.type(), value.sql()));
        } catch (GodwitException e) {
            throw Problem.of(
                            "default-unfit",
                            "The default of column %s of %s is none of its new type %s."
                                    .formatted(green.name().name(), of.name().plain(), green.type()),
                            "Give the operation a default, or null for none.")
                    .withObjects(List.of(of.name().plain() + "." + green.name().name()))
                    .asException(e);
        }
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

    /** What refers to a new column would keep it. */
    private static Optional<Step> references(Changed of, List<Carried> carried) {
        var drops = carried.stream()
                .filter(Carried.Reference.class::isInstance)
                .map(Carried.Reference.class::cast)
                .map(reference -> "DROP CONSTRAINT IF EXISTS "
                        + of.temporary("constraint", reference.constraint()).sql())
                .collect(Collectors.joining(", "));
        return drops.isEmpty()
                ? Optional.empty()
                : Optional.of(new Step.InTransaction(
                        "foreign keys of " + of.name().plain(),
                        List.of("ALTER TABLE " + of.sql() + " " + drops),
                        Lock.ACCESS_EXCLUSIVE,
                        false,
                        0.05));
    }

    private static List<Step> rollback(
            VersionViews views,
            List<Changed> changed,
            Map<Changed, List<Carried>> carried,
            List<Effect> effects,
            List<TableName> made) {
        var steps = new ArrayList<Step>();
        steps.add(views.remove());
        effects.reversed().forEach(effect -> steps.addAll(effect.takenBack()));
        carried.forEach((of, all) -> references(of, all).ifPresent(steps::add));
        for (var of : changed) {
            if (of.isKeptInStep()) {
                var sql = new ArrayList<String>();
                sql.add("LOCK TABLE " + of.sql() + " IN ACCESS EXCLUSIVE MODE");
                sql.addAll(of.withoutSyncs());
                of.greens()
                        .forEach(green -> sql.add("ALTER TABLE " + of.sql() + " DROP COLUMN IF EXISTS "
                                + green.physical().sql()));
                sql.add("ALTER TABLE " + of.sql() + " DROP COLUMN IF EXISTS " + SyncFunction.MARKER.sql());
                steps.add(new Step.InTransaction(
                        "columns and triggers of " + of.name().plain(), sql, Lock.ACCESS_EXCLUSIVE, false, 0.05));
            }
        }
        effects.reversed().forEach(effect -> steps.addAll(effect.unmade()));
        if (!made.isEmpty()) {
            var names = made.stream().map(TableName::sql).distinct().collect(Collectors.joining(", "));
            steps.add(Effect.brief("tables that were made", Lock.NONE, List.of("DROP TABLE IF EXISTS " + names)));
        }
        return steps;
    }
}
