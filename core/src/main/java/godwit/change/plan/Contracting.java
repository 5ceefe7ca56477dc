package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The one transaction after which only the new version is left. */
final class Contracting {
    private final VersionViews views;
    private final Catalog catalog;
    private final List<Changed> changed;
    private final List<Effect> effects;
    private final Analyst analyst;

    Contracting(VersionViews views, Catalog catalog, List<Changed> changed, List<Effect> effects, Analyst analyst) {
        this.views = views;
        this.catalog = catalog;
        this.changed = changed;
        this.effects = effects;
        this.analyst = analyst;
    }

    /** @param carried what each changed table's new columns have of the old ones */
    Step step(Map<Changed, List<Carried>> carried) {
        var sql = new ArrayList<String>();
        locks().ifPresent(sql::add);
        catalog.version().ifPresent(old -> {
            old.views()
                    .forEach(view ->
                            sql.add("DROP VIEW IF EXISTS " + old.schema().sql() + "." + view.sql()));
            sql.add("DROP SCHEMA IF EXISTS " + old.schema().sql());
        });
        var dependents = dependents();
        dependents.forEach(dependent -> sql.add(dependent.drop().sql()));
        carried.forEach((of, all) -> sql.addAll(references(of, all)));
        for (var of : changed) {
            sql.addAll(replaced(of, carried.getOrDefault(of, List.of())));
        }
        // While all columns have the names that these know; what names they get then, they follow.
        dependents.reversed().forEach(dependent -> dependent.create().forEach(statement -> sql.add(statement.sql())));
        changed.forEach(of -> sql.addAll(renames(of)));
        effects.forEach(effect -> sql.addAll(effect.contract()));
        effects.forEach(effect -> sql.addAll(effect.last()));
        changed.stream()
                .filter(Changed::isKeptInStep)
                .flatMap(of -> analyst.withoutKeptPlans(of.table()).stream())
                .map(SqlText::sql)
                .distinct()
                .forEach(sql::add);
        return new Step.InTransaction("contract", sql, Lock.ACCESS_EXCLUSIVE, false, 0.1);
    }

    /** Of all tables, each once, the outermost first. */
    private List<Analyst.Dependent> dependents() {
        var all = new LinkedHashMap<String, Analyst.Dependent>();
        for (var of : changed) {
            analyst.dependents(leaving(of))
                    .forEach(dependent -> all.putIfAbsent(dependent.drop().sql(), dependent));
        }
        return List.copyOf(all.values());
    }

    private Analyst.Leaving leaving(Changed of) {
        var dropped = new ArrayList<Identifier>();
        var replaced = new LinkedHashMap<Identifier, SqlText>();
        for (var chain : of.chains()) {
            chain.blue()
                    .ifPresent(blue -> chain.green()
                            .ifPresentOrElse(
                                    green -> replaced.put(blue.name(), green.type()), () -> dropped.add(blue.name())));
        }
        return new Analyst.Leaving(
                of.table(),
                dropped,
                replaced,
                changed.stream().map(Changed::name).toList());
    }

    /** What refers to an old column goes before it. */
    private static List<String> references(Changed of, List<Carried> carried) {
        return carried.stream()
                .filter(Carried.Reference.class::isInstance)
                .map(Carried.Reference.class::cast)
                .map(reference -> "ALTER TABLE " + of.sql() + " DROP CONSTRAINT "
                        + reference.constraint().sql())
                .toList();
    }

    /**
     * In the order in which clients take them: a view before what it stands on. LOCK TABLE on a view locks that too, so the old
     * version's views, which nobody uses, are left out: they stand on all tables, whatever else clients are writing there.
     */
    private Optional<String> locks() {
        var ours = changed.stream().flatMap(of -> Stream.of(views.view(of).sql(), of.sql()));
        var others =
                effects.stream().flatMap(effect -> effect.locked().stream()).map(TableName::sql);
        var all = Stream.of(ours, others).flatMap(each -> each).distinct().collect(Collectors.joining(", "));
        return all.isEmpty() ? Optional.empty() : Optional.of("LOCK TABLE " + all + " IN ACCESS EXCLUSIVE MODE");
    }

    /** New columns in the place of the old ones, under their names. */
    private List<String> replaced(Changed of, List<Carried> carried) {
        var sql = new ArrayList<String>();
        var gone = of.chains().stream()
                .flatMap(chain -> chain.blue().stream())
                .map(CatalogColumn::name)
                .toList();
        var successions = of.replaced().entrySet().stream()
                .map(entry -> analyst.succession(of.table(), entry.getKey(), entry.getValue()))
                .toList();
        if (of.isKeptInStep()) {
            // What the old columns have been given since the start, such as a privilege.
            sql.addAll(Expanding.settings(of, carried));
            // Whichever there are: people may have dropped a trigger of theirs since the start.
            sql.addAll(of.withoutSyncs());
            sql.add(views.overTable(of));
            sql.add("DROP VIEW " + of.hidden().sql());
            successions.forEach(each -> each.before().forEach(statement -> sql.add(statement.sql())));
            sql.add("ALTER TABLE " + of.sql() + " "
                    + Stream.concat(gone.stream(), Stream.of(SyncFunction.MARKER))
                            .map(column -> "DROP COLUMN " + column.sql())
                            .collect(Collectors.joining(", ")));
            successions.forEach(each -> each.after().forEach(statement -> sql.add(statement.sql())));
        }
        for (var chain : of.chains()) {
            if (chain.isTwofold()) {
                sql.add(rename(of, chain.green().orElseThrow().physical(), interim(chain)));
            }
        }
        for (var chain : of.chains()) {
            chain.green().ifPresent(green -> sql.addAll(settled(of, chain, green)));
        }
        sql.addAll(named(of, carried));
        return sql;
    }

    /** What a new column is called when the old one is gone: the old one's name, or its own where there was none. */
    private static Identifier interim(Chain chain) {
        return chain.blue()
                .map(CatalogColumn::name)
                .orElseGet(() -> chain.green().orElseThrow().physical());
    }

    private static Identifier interim(Changed of, Slot slot) {
        return of.chains().stream()
                .filter(chain -> chain.green().map(Green::slot).equals(Optional.of(slot)))
                .findFirst()
                .map(Contracting::interim)
                .orElseGet(() ->
                        Objects.requireNonNull(of.evolution().blue().get(slot)).name());
    }

    /** Names may go round in a circle, so those that are in each other's way take another for a moment. */
    private static List<String> renames(Changed of) {
        var wanted = new LinkedHashMap<Identifier, Identifier>();
        for (var shown : of.evolution().shown()) {
            var now = interim(of, shown.slot());
            if (!now.equals(shown.name())) {
                wanted.put(now, shown.name());
            }
        }
        var sql = new ArrayList<String>();
        var inTheWay = wanted.values().stream().filter(wanted::containsKey).toList();
        for (var name : inTheWay) {
            var moment = new Identifier("_godwit_moment_" + inTheWay.indexOf(name));
            sql.add(rename(of, name, moment));
            wanted.put(moment, wanted.remove(name));
        }
        wanted.forEach((from, to) -> sql.add(rename(of, from, to)));
        return sql;
    }

    private static String rename(Changed of, Identifier from, Identifier to) {
        return "ALTER TABLE " + of.sql() + " RENAME COLUMN " + from.sql() + " TO " + to.sql();
    }

    /** What the check has proven becomes the column's own, without a scan. */
    private static List<String> settled(Changed of, Chain chain, Green green) {
        var sql = new ArrayList<String>();
        var column =
                "ALTER TABLE " + of.sql() + " ALTER COLUMN " + interim(chain).sql();
        if (chain.isFilled() && green.notNull()) {
            sql.add(column + " SET NOT NULL");
            sql.add("ALTER TABLE " + of.sql() + " DROP CONSTRAINT "
                    + green.notNullCheck().sql());
        }
        if (chain.isFilled()) {
            green.defaultValue().ifPresent(value -> sql.add(column + " SET DEFAULT " + value));
        }
        return sql;
    }

    private static String renameConstraint(Changed of, Identifier from, Identifier to) {
        return "ALTER TABLE " + of.sql() + " RENAME CONSTRAINT " + from.sql() + " TO " + to.sql();
    }

    /** What was carried gets the name of what it stands for, which went with the old column. */
    private static List<String> named(Changed of, List<Carried> carried) {
        var sql = new ArrayList<String>();
        for (var each : carried) {
            switch (each) {
                case Carried.Settings settings -> {}
                case Carried.Index index -> sql.add(named(of, index, of.temporary("index", index.index())));
                case Carried.Check check -> sql.add(renameCarried(of, check.constraint()));
                case Carried.Reference reference -> sql.add(renameCarried(of, reference.constraint()));
            }
            each.afterwards().forEach(statement -> sql.add(statement.sql()));
        }
        return sql;
    }

    private static String renameCarried(Changed of, Identifier constraint) {
        return renameConstraint(of, of.temporary("constraint", constraint), constraint);
    }

    private static String named(Changed of, Carried.Index index, Identifier temporary) {
        if (!index.isConstraint()) {
            return "ALTER INDEX " + of.name().schema().sql() + "." + temporary.sql() + " RENAME TO "
                    + index.index().sql();
        }
        var word =
                index.kind() == Carried.Index.Kind.PRIMARY_KEY ? " PRIMARY KEY USING INDEX " : " UNIQUE USING INDEX ";
        return "ALTER TABLE " + of.sql() + " ADD CONSTRAINT " + index.index().sql() + word + temporary.sql() + " "
                + index.constraint();
    }
}
