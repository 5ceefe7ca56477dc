package godwit.change.plan;

import godwit.Problem;
import godwit.change.Alteration;
import godwit.change.Operation;
import godwit.change.TableConstraint;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/** A schema's tables on their way through a migration's operations, under the names that they have by then. */
final class Draft {
    private final Catalog catalog;
    private final Analyst analyst;
    private final Map<Identifier, Member> members = new LinkedHashMap<>();
    private final Map<Identifier, Evolution> byFirstName = new LinkedHashMap<>();
    private final List<Evolution> touched = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private final boolean isUnderWay;

    /** @param isUnderWay whether what the migration makes is there already, so that its names are not free */
    Draft(Catalog catalog, Analyst analyst, boolean isUnderWay) {
        this.catalog = catalog;
        this.analyst = analyst;
        this.isUnderWay = isUnderWay;
        catalog.tables().forEach(table -> {
            var evolution = new Evolution(table, analyst);
            members.put(table.name().name(), evolution);
            byFirstName.put(table.name().name(), evolution);
        });
    }

    /** The tables of the new version, by their names there. */
    SequencedMap<Identifier, Member> members() {
        return new LinkedHashMap<>(members);
    }

    /** Those whose columns change, in the order in which operations came to them. */
    List<Evolution> touched() {
        return touched.stream()
                .filter(members::containsValue)
                .filter(Evolution::isTouched)
                .toList();
    }

    List<Effect> effects() {
        return List.copyOf(effects);
    }

    void apply(Operation operation) {
        switch (operation) {
            case Operation.AddColumn added -> columns(added.table(), added).add(added);
            case Operation.DropColumn dropped ->
                columns(dropped.table(), dropped).drop(dropped);
            case Operation.RenameColumn renamed ->
                columns(renamed.table(), renamed).rename(renamed);
            case Operation.AlterColumn altered ->
                columns(altered.table(), altered).alter(altered);
            case Operation.CreateTable made -> create(made);
            case Operation.DropTable dropped -> drop(dropped);
            case Operation.RenameTable renamed -> rename(renamed);
            case Operation.CreateConstraint made -> create(made);
            case Operation.DropConstraint dropped -> drop(dropped);
            case Operation.RenameConstraint renamed -> rename(renamed);
            case Operation.CreateIndex made -> create(made);
            case Operation.DropIndex dropped -> drop(dropped);
            case Operation.SetReplicaIdentity set -> set(set);
            case Operation.RawSql run -> effects.add(new Effects.Statements(run));
        }
    }

    /** Has what refers to columns that change go their way. */
    void follow() {
        new Following(catalog, this::evolving).follow();
    }

    /** A table by the name that it has in the database, unless it goes. */
    private Optional<Evolution> evolving(Identifier firstName) {
        return Optional.ofNullable(byFirstName.get(firstName))
                .filter(members::containsValue)
                .map(this::touch);
    }

    private Evolution touch(Evolution evolution) {
        if (!touched.contains(evolution)) {
            touched.add(evolution);
        }
        return evolution;
    }

    private Evolution columns(Identifier table, Operation operation) {
        if (!(member(table) instanceof Evolution evolution)) {
            throw notYet(operation, "on a table that the same migration makes");
        }
        return touch(evolution);
    }

    private static RuntimeException notYet(Operation operation, String where) {
        return Problem.of(
                        "operation-not-possible",
                        "This Godwit cannot carry out %s %s.".formatted(operation.word(), where),
                        "Leave it out, or put it into the operation that makes the table.")
                .asException();
    }

    private Member member(Identifier table) {
        var found = members.get(table);
        if (found == null) {
            throw Problem.of(
                            "no-such-table",
                            "There is no table %s in %s."
                                    .formatted(table.name(), catalog.schema().name()),
                            "Look whether it has another name by now, or is a view.")
                    .withObjects(List.of(plain(table)))
                    .asException();
        }
        return found;
    }

    private String plain(Identifier table) {
        return catalog.schema().name() + "." + table.name();
    }

    private void requireFree(Identifier name) {
        if (isUnderWay) {
            return;
        }
        if (members.containsKey(name) || analyst.isTaken(new TableName(catalog.schema(), name))) {
            throw Problem.of(
                            "name-taken",
                            "The schema %s has something of the name %s already."
                                    .formatted(catalog.schema().name(), name.name()),
                            "Choose another name.")
                    .withObjects(List.of(plain(name)))
                    .asException();
        }
    }

    private void create(Operation.CreateTable operation) {
        requireFree(operation.table());
        var referenced = new LinkedHashMap<Identifier, Seen>();
        Created.references(operation)
                .filter(table -> !table.equals(operation.table()))
                .forEach(table -> referenced.put(table, Seen.of(member(table))));
        var created = new Created(new TableName(catalog.schema(), operation.table()), operation, referenced);
        analyst.requireReadable(created.definition());
        members.put(operation.table(), created);
        effects.add(created);
    }

    private void drop(Operation.DropTable operation) {
        if (!(member(operation.table()) instanceof Evolution evolution)) {
            throw notYet(operation, "on a table that the same migration makes");
        }
        members.remove(operation.table());
        var name = evolution.table().name();
        for (var key : catalog.foreignKeys()) {
            var refers = Optional.ofNullable(byFirstName.get(key.table().name()))
                    .map(members::containsValue)
                    .orElse(true);
            if (key.referenced().equals(name) && refers) {
                throw Problem.of(
                                "table-referenced",
                                "The foreign key %s of %s refers to %s."
                                        .formatted(
                                                key.name().name(), key.table().plain(), name.plain()),
                                "Drop that table first, or its foreign key.")
                        .withObjects(
                                List.of(key.table().plain() + "." + key.name().name()))
                        .asException();
            }
        }
        analyst.requireNothingOn(evolution.table());
        effects.add(new Effects.DroppedTable(name));
    }

    private void rename(Operation.RenameTable operation) {
        if (!(member(operation.from()) instanceof Evolution evolution)) {
            throw notYet(operation, "on a table that the same migration makes");
        }
        requireFree(operation.to());
        members.remove(operation.from());
        members.put(operation.to(), evolution);
        effects.add(new Effects.RenamedTable(evolution.table().name(), operation.to()));
    }

    private void create(Operation.CreateConstraint operation) {
        var evolution = columns(operation.table(), operation);
        var constraint = operation.constraint();
        requirePlain(evolution);
        var isKey = constraint instanceof TableConstraint.PrimaryKey;
        if (hasConstraint(evolution, constraint.name())
                || (isKey && !isUnderWay && analyst.hasPrimaryKey(evolution.table()))) {
            throw Problem.of(
                            "name-taken",
                            "The table %s has %s already."
                                    .formatted(
                                            evolution.table().name().plain(),
                                            isKey
                                                    ? "a primary key"
                                                    : "a constraint of the name "
                                                            + constraint.name().name()),
                            "Drop that first, or choose another name.")
                    .asException();
        }
        if (constraint instanceof TableConstraint.Unique || isKey) {
            requireFree(constraint.name());
        }
        evolution.alterTogether(Effects.together(operation));
        var referenced = constraint instanceof TableConstraint.ForeignKey key
                ? Optional.of(Seen.of(member(key.table())))
                : Optional.<Seen>empty();
        var condition = constraint instanceof TableConstraint.Check check
                ? read(evolution, Optional.of(check.condition()))
                : read(evolution, Optional.empty());
        effects.add(
                new Effects.MadeConstraint(evolution.table(), Seen.of(evolution), constraint, referenced, condition));
    }

    private boolean hasConstraint(Evolution evolution, Identifier constraint) {
        return !isUnderWay
                && analyst.constraintColumns(evolution.table(), constraint).isPresent();
    }

    /** Reads a condition over the columns as they are called by now, when it is known what they are called meanwhile. */
    private Function<Map<Identifier, Identifier>, Optional<SqlText>> read(
            Evolution evolution, Optional<String> condition) {
        var types = evolution.types();
        return physical -> condition.map(text -> {
            var known = new LinkedHashMap<Identifier, Identifier>();
            types.keySet().forEach(name -> known.put(name, Objects.requireNonNull(physical.getOrDefault(name, name))));
            return analyst.condition(types, known, text);
        });
    }

    private void requirePlain(Evolution evolution) {
        evolution.table().obstacle().filter(CatalogTable.PARTITIONED::equals).ifPresent(obstacle -> {
            throw Problem.of(
                            "table-not-changeable",
                            "%s %s: nothing can be built on it while it is written."
                                    .formatted(evolution.table().name().plain(), obstacle),
                            "Build it on each partition by hand, and then on the table.")
                    .withObjects(List.of(evolution.table().name().plain()))
                    .asException();
        });
    }

    private void drop(Operation.DropConstraint operation) {
        var evolution = columns(operation.table(), operation);
        var columns = constraint(evolution, operation.constraint());
        var all = new LinkedHashMap<Identifier, Evolution.Together>();
        columns.forEach(column -> all.put(
                column,
                new Evolution.Together(
                        expression(operation.up(), column),
                        expression(operation.down(), column),
                        Alteration.ofValues())));
        if (operation.down() instanceof Operation.Expressions.OfOnlyColumn && columns.size() != 1) {
            throw Problem.of(
                            "constraint-of-columns",
                            "The constraint %s of %s is of %d columns."
                                    .formatted(
                                            operation.constraint().name(),
                                            evolution.table().name().plain(),
                                            columns.size()),
                            "Use drop_multicolumn_constraint, with up and down by column.")
                    .asException();
        }
        evolution.alterTogether(all);
        evolution.leave(operation.constraint());
    }

    private static Optional<String> expression(Operation.Expressions of, Identifier column) {
        return switch (of) {
            case Operation.Expressions.OfOnlyColumn only -> Optional.of(only.expression());
            case Operation.Expressions.ByColumn by ->
                Optional.ofNullable(by.expressions().get(column));
        };
    }

    /** The columns of a constraint by the names that they have by now. */
    private List<Identifier> constraint(Evolution evolution, Identifier constraint) {
        return analyst
                .constraintColumns(evolution.table(), constraint)
                .orElseThrow(() -> Problem.of(
                                "no-such-constraint",
                                "There is no constraint %s of %s."
                                        .formatted(
                                                constraint.name(),
                                                evolution.table().name().plain()),
                                "Look whether it has another name by now.")
                        .asException())
                .stream()
                .map(column -> evolution.nameNow(column).orElse(column))
                .toList();
    }

    private void rename(Operation.RenameConstraint operation) {
        if (!(member(operation.table()) instanceof Evolution evolution)) {
            throw notYet(operation, "on a table that the same migration makes");
        }
        var unused = constraint(evolution, operation.from());
        if (hasConstraint(evolution, operation.to())) {
            throw Problem.of(
                            "name-taken",
                            "The table %s has a constraint of the name %s already."
                                    .formatted(
                                            evolution.table().name().plain(),
                                            operation.to().name()),
                            "Choose another name.")
                    .asException();
        }
        effects.add(new Effects.RenamedConstraint(evolution.table().name(), operation.from(), operation.to()));
    }

    private void create(Operation.CreateIndex operation) {
        requireFree(operation.index());
        switch (member(operation.table())) {
            case Created created -> effects.add(new Effects.IndexOfCreated(created, operation));
            case Evolution evolution -> {
                requirePlain(evolution);
                operation.fields().forEach(field -> evolution.requireColumn(field.column()));
                effects.add(new Effects.MadeIndex(
                        evolution.table(), Seen.of(evolution), operation, read(evolution, operation.predicate())));
            }
        }
    }

    private void drop(Operation.DropIndex operation) {
        var table = analyst.indexed(new TableName(catalog.schema(), operation.index()));
        Optional.ofNullable(byFirstName.get(table.name())).ifPresent(evolution -> evolution.leave(operation.index()));
        effects.add(new Effects.DroppedIndex(table, operation.index()));
    }

    private void set(Operation.SetReplicaIdentity operation) {
        var table = member(operation.table());
        var before = table instanceof Evolution evolution
                ? Optional.of(analyst.replicaIdentity(evolution.table()))
                : Optional.<SqlText>empty();
        effects.add(new Effects.ReplicaIdentity(table, operation, before));
    }
}
