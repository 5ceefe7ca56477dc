package godwit.change.plan;

import godwit.Problem;
import godwit.change.ColumnSpec;
import godwit.change.Operation;
import godwit.change.TableConstraint;
import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/** A schema's tables on their way through a migration's operations. */
final class Draft {
    private final Analyst analyst;
    private final Members members;
    private final List<Evolution> touched = new ArrayList<>();
    private final List<TableName> made = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private final Set<Effect> done = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Standing standing;
    private final Fresh fresh;
    private final Properties properties;

    /** @param isUnderWay whether what the migration makes is there already, so that its names are not free */
    Draft(Catalog catalog, Analyst analyst, boolean isUnderWay) {
        this.analyst = analyst;
        this.members = new Members(catalog, analyst, isUnderWay);
        this.standing = new Standing(members, effects, analyst);
        this.fresh = new Fresh(members, effects);
        this.properties = new Properties(analyst);
    }

    /** The tables of the new version, by their names there. */
    SequencedMap<Identifier, Member> members() {
        return members.byName();
    }

    /** Those whose columns change, in the order in which operations came to them. */
    List<Evolution> touched() {
        return touched.stream()
                .filter(members::contains)
                .filter(Evolution::isTouched)
                .toList();
    }

    /** All names that tables which the migration makes have on the way, so that what is left of them can be found. */
    List<TableName> made() {
        return List.copyOf(made);
    }

    List<Effect> effects() {
        return List.copyOf(effects);
    }

    void apply(Operation operation) {
        switch (operation) {
            case Operation.AddColumn added -> add(added);
            case Operation.DropColumn dropped -> drop(dropped);
            case Operation.RenameColumn renamed -> {
                switch (members.get(renamed.table())) {
                    case Evolution evolution -> touch(evolution).rename(renamed);
                    case Created created -> effects.add(created.rename(renamed));
                }
            }
            case Operation.AlterColumn altered -> alter(altered);
            case Operation.CreateTable table -> create(table);
            case Operation.DropTable dropped -> drop(dropped);
            case Operation.RenameTable renamed -> rename(renamed);
            case Operation.CreateConstraint constraint -> {
                switch (members.get(constraint.table())) {
                    case Evolution evolution -> standing.create(touch(evolution), constraint);
                    case Created created -> fresh.constrain(created, constraint.constraint());
                }
            }
            case Operation.DropConstraint dropped -> {
                switch (members.get(dropped.table())) {
                    case Evolution evolution -> standing.drop(touch(evolution), dropped);
                    case Created created -> fresh.drop(created, dropped.constraint());
                }
            }
            case Operation.RenameConstraint renamed -> {
                switch (members.get(renamed.table())) {
                    case Evolution evolution -> standing.rename(evolution, renamed);
                    case Created created -> fresh.rename(created, renamed);
                }
            }
            case Operation.CreateIndex index -> {
                members.requireFree(index.index());
                switch (members.get(index.table())) {
                    case Evolution evolution -> standing.create(evolution, index);
                    case Created created -> effects.add(created.index(index));
                }
            }
            case Operation.DropIndex dropped ->
                fresh.indexed(dropped.index())
                        .ifPresentOrElse(
                                created -> effects.add(created.dropIndex(dropped.index())),
                                () -> standing.drop(dropped));
            case Operation.SetReplicaIdentity set -> {
                switch (members.get(set.table())) {
                    case Evolution evolution ->
                        effects.add(new Effects.ReplicaIdentity(
                                evolution, set, analyst.replicaIdentity(evolution.table())));
                    case Created created -> effects.add(new CreatedEffects.ReplicaIdentity(created, set));
                }
            }
            case Operation.SetColumnProperties set -> effects.add(properties.set(members.get(set.table()), set));
            case Operation.SetStorageParameters set -> effects.add(properties.set(members.get(set.table()), set));
            case Operation.SetIdentity set -> effects.add(properties.set(members.get(set.table()), set));
            case Operation.DropIdentity dropped -> effects.add(properties.drop(members.get(dropped.table()), dropped));
            case Operation.RawSql run -> run(run);
        }
    }

    /** Statements are tried behind all that is done before them, and what comes behind works on what they leave. */
    private void run(Operation.RawSql operation) {
        if (operation.onComplete() || members.isUnderWay()) {
            effects.add(new Effects.Statements(operation, Forecast.ofTheRun(), 0));
            return;
        }
        var before = effects.stream()
                .filter(done::add)
                .flatMap(effect -> effect.made().stream())
                .flatMap(step -> step.sql().stream())
                .toList();
        var tried = analyst.tried(before, Effects.Statements.text(operation.up()));
        var forecast = tried.forecast();
        var seconds = forecast.rewritten().stream()
                .flatMap(table -> members.catalog().table(table.name()).stream())
                .mapToDouble(Expanding::scanSeconds)
                .sum();
        var statements = new Effects.Statements(operation, forecast, seconds);
        effects.add(statements);
        done.add(statements);
        tried.after().ifPresent(after -> members.refresh(after, this::isWorkedOn));
    }

    private boolean isWorkedOn(Evolution evolution) {
        return evolution.isTouched() || effects.stream().anyMatch(effect -> effect.isAbout(evolution));
    }

    /** Has what refers to columns that change go their way. */
    void follow() {
        new Following(members.catalog(), this::evolving).follow();
    }

    /** A table by the name that it has in the database, unless it goes. */
    private Optional<Evolution> evolving(Identifier firstName) {
        return members.first(firstName).filter(members::contains).map(this::touch);
    }

    private Evolution touch(Evolution evolution) {
        if (!touched.contains(evolution)) {
            touched.add(evolution);
        }
        return evolution;
    }

    private void add(Operation.AddColumn operation) {
        var member = members.get(operation.table());
        switch (member) {
            case Evolution evolution -> touch(evolution).add(operation);
            case Created created -> effects.add(created.add(operation.column()));
        }
        operation
                .column()
                .references()
                .ifPresent(to -> refer(member, operation.column().name(), to));
    }

    private void alter(Operation.AlterColumn operation) {
        var member = members.get(operation.table());
        var change = operation.change();
        switch (member) {
            case Evolution evolution -> {
                touch(evolution).alter(operation);
                constrain(evolution, operation.column(), change.unique(), change.check());
            }
            case Created created -> effects.add(created.alter(operation));
        }
        change.references().ifPresent(to -> refer(member, operation.column(), to));
    }

    private void constrain(
            Evolution evolution, Identifier column, Optional<Identifier> unique, Optional<ColumnSpec.Check> check) {
        unique.ifPresent(name -> standing.constrain(
                evolution,
                new TableConstraint.Unique(
                        name,
                        List.of(column),
                        true,
                        TableConstraint.Deferral.NOT_DEFERRABLE,
                        TableConstraint.IndexParameters.NONE)));
        check.ifPresent(given -> standing.constrain(
                evolution,
                new TableConstraint.Check(given.name(), List.of(column), given.condition(), given.inherited())));
    }

    private void refer(Member member, Identifier column, ColumnSpec.Reference to) {
        var key = new TableConstraint.ForeignKey(
                to.name(), List.of(column), to.table(), List.of(to.column()), to.rules());
        switch (member) {
            case Evolution evolution -> standing.constrain(evolution, key);
            case Created created -> fresh.constrain(created, key);
        }
    }

    private void drop(Operation.DropColumn operation) {
        var member = members.get(operation.table());
        var slot = member.shown().stream()
                .filter(s -> s.name().equals(operation.column()))
                .findFirst()
                .map(Shown::slot);
        switch (member) {
            case Evolution evolution -> touch(evolution).drop(operation);
            case Created created -> effects.add(created.drop(operation.column()));
        }
        slot.ifPresent(gone -> {
            effects.removeIf(effect -> effect.needs(member, gone));
            requireUnreferenced(
                    member,
                    Optional.of(gone),
                    operation.table().name() + "." + operation.column().name());
        });
    }

    private void create(Operation.CreateTable operation) {
        members.requireFree(operation.table());
        var created = new Created(members.name(operation.table()), analyst, members.isUnderWay());
        effects.add(created.make(operation));
        members.put(operation.table(), created);
        made.add(created.name());
        operation.columns().forEach(column -> column.references().ifPresent(to -> refer(created, column.name(), to)));
        operation.constraints().stream()
                .filter(TableConstraint.ForeignKey.class::isInstance)
                .forEach(key -> fresh.constrain(created, key));
    }

    private void drop(Operation.DropTable operation) {
        var member = members.get(operation.table());
        members.remove(operation.table());
        if (member instanceof Created) {
            members.release(operation.table());
        }
        effects.removeIf(effect -> effect.isAbout(member));
        requireUnreferenced(member, Optional.empty(), operation.table().name());
        if (member instanceof Evolution evolution) {
            requireUnreferenced(evolution);
            analyst.requireNothingOn(evolution.table());
            effects.add(new Effects.DroppedTable(evolution));
        }
    }

    /** @param column the one that goes; empty where the table does */
    private void requireUnreferenced(Member member, Optional<Slot> column, String what) {
        effects.stream()
                .flatMap(effect -> effect.refersTo(member, column).stream())
                .findFirst()
                .ifPresent(key -> {
                    throw referenced(what, key.name());
                });
    }

    private void requireUnreferenced(Evolution evolution) {
        var name = evolution.table().name();
        for (var key : members.catalog().foreignKeys()) {
            var refers = members.first(key.table().name())
                    .map(other -> members.contains(other) && !other.isLeft(key.name()))
                    .orElse(true);
            if (key.referenced().equals(name) && refers) {
                throw referenced(
                        name.plain(), key.table().plain() + "." + key.name().name());
            }
        }
    }

    private static RuntimeException referenced(String what, String key) {
        return Problem.of(
                        "table-referenced",
                        "The foreign key %s refers to %s, which is to go.".formatted(key, what),
                        "Drop the foreign key first, or the table that has it.")
                .withObjects(List.of(key))
                .asException();
    }

    private void rename(Operation.RenameTable operation) {
        var member = members.get(operation.from());
        members.requireFree(operation.to());
        switch (member) {
            case Evolution evolution -> {
                effects.removeIf(effect -> effect instanceof Effects.RenamedTable && effect.isAbout(evolution));
                effects.add(new Effects.RenamedTable(evolution, operation.to()));
            }
            case Created created -> {
                effects.add(created.rename(operation.to()));
                made.add(created.name());
            }
        }
        members.remove(operation.from());
        members.release(operation.from());
        members.put(operation.to(), member);
    }
}
