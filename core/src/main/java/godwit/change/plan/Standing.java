package godwit.change.plan;

import godwit.Problem;
import godwit.change.Alteration;
import godwit.change.Operation;
import godwit.change.TableConstraint;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Constraints and indexes of tables that are there, built while they are written. */
final class Standing {
    private final Members members;
    private final List<Effect> effects;
    private final Analyst analyst;

    /** @param effects of the migration so far, which it adds to */
    Standing(Members members, List<Effect> effects, Analyst analyst) {
        this.members = members;
        this.effects = effects;
        this.analyst = analyst;
    }

    void create(Evolution evolution, Operation.CreateConstraint operation) {
        var constraint = operation.constraint();
        if (constraint instanceof TableConstraint.PrimaryKey
                && !members.isUnderWay()
                && analyst.hasPrimaryKey(evolution.table())) {
            throw taken(evolution, "a primary key");
        }
        requirePlain(evolution);
        evolution.alterTogether(Effects.together(operation));
        constrain(evolution, constraint);
    }

    /** The name of a column's unique constraint that has been given none: the column's, or the server's usual one where a table has that. */
    Identifier unique(Evolution evolution, Identifier column) {
        var usual = evolution.table().name().name().name() + "_" + column.name() + "_key";
        return members.byName().containsKey(column) ? new Identifier(usual) : column;
    }

    /** Adds a constraint over the columns as they are by now. */
    void constrain(Evolution evolution, TableConstraint constraint) {
        requirePlain(evolution);
        requireFree(evolution, constraint.name());
        var isReplacing = evolution.isLeft(constraint.name());
        if (!isReplacing
                && (constraint instanceof TableConstraint.Unique || constraint instanceof TableConstraint.PrimaryKey)) {
            members.requireFree(constraint.name());
        }
        var referenced = constraint instanceof TableConstraint.ForeignKey key
                ? Optional.of(Seen.of(members.get(key.table())))
                : Optional.<Seen>empty();
        var condition = constraint instanceof TableConstraint.Check check
                ? read(evolution, Optional.of(check.condition()))
                : read(evolution, Optional.empty());
        var meanwhile = isReplacing
                ? new Identifier(
                        "_godwit_made_%08x".formatted(constraint.name().name().hashCode()))
                : constraint.name();
        effects.add(new Effects.MadeConstraint(
                evolution, Seen.of(evolution), constraint, meanwhile, referenced, condition));
    }

    private void requireFree(Evolution evolution, Identifier constraint) {
        var isMade = effects.stream()
                .anyMatch(effect ->
                        made(effect, evolution, constraint).isPresent() || isRenamed(effect, evolution, constraint));
        var isThere = !members.isUnderWay()
                && !evolution.isLeft(constraint)
                && analyst.constraintColumns(evolution.table(), constraint).isPresent();
        if (isMade || isThere) {
            throw taken(evolution, "a constraint of the name " + constraint.name());
        }
    }

    private static RuntimeException taken(Evolution evolution, String what) {
        return Problem.of(
                        "name-taken",
                        "The table %s has %s already."
                                .formatted(evolution.table().name().plain(), what),
                        "Drop that first, or choose another name.")
                .asException();
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

    private static void requirePlain(Evolution evolution) {
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

    void drop(Evolution evolution, Operation.DropConstraint operation) {
        if (effects.removeIf(
                effect -> made(effect, evolution, operation.constraint()).isPresent())) {
            return;
        }
        var first = first(evolution, operation.constraint());
        effects.removeIf(effect -> isRenamed(effect, evolution, operation.constraint()));
        var columns = constraint(evolution, first);
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
        evolution.leave(first);
    }

    /** A constraint that the migration makes, if this is that one. */
    private static Optional<Effects.MadeConstraint> made(Effect effect, Evolution evolution, Identifier name) {
        return Optional.of(effect)
                .filter(Effects.MadeConstraint.class::isInstance)
                .map(Effects.MadeConstraint.class::cast)
                .filter(made -> made.table().equals(evolution)
                        && made.constraint().name().equals(name));
    }

    private static boolean isRenamed(Effect effect, Evolution evolution, Identifier to) {
        return effect instanceof Effects.RenamedConstraint renamed
                && renamed.table().equals(evolution)
                && renamed.to().equals(to);
    }

    /** The name that a constraint has in the database. */
    private Identifier first(Evolution evolution, Identifier now) {
        return effects.stream()
                .filter(effect -> isRenamed(effect, evolution, now))
                .map(effect -> ((Effects.RenamedConstraint) effect).from())
                .findFirst()
                .orElse(now);
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
                .filter(any -> !evolution.isLeft(constraint))
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

    void rename(Evolution evolution, Operation.RenameConstraint operation) {
        requireFree(evolution, operation.to());
        var made = effects.stream()
                .flatMap(effect -> made(effect, evolution, operation.from()).stream())
                .findFirst();
        if (made.isPresent()) {
            effects.set(effects.indexOf(made.get()), made.get().named(operation.to()));
            return;
        }
        var first = first(evolution, operation.from());
        var unused = constraint(evolution, first);
        effects.removeIf(effect -> isRenamed(effect, evolution, operation.from()));
        effects.add(new Effects.RenamedConstraint(evolution, first, operation.to()));
    }

    void create(Evolution evolution, Operation.CreateIndex operation) {
        requirePlain(evolution);
        operation.fields().forEach(field -> evolution.requireColumn(field.column()));
        effects.add(new Effects.MadeIndex(
                evolution, Seen.of(evolution), operation, read(evolution, operation.predicate())));
    }

    void drop(Operation.DropIndex operation) {
        var made = effects.stream()
                .filter(effect -> effect instanceof Effects.MadeIndex index
                        && index.operation().index().equals(operation.index()))
                .findFirst();
        if (made.isPresent()) {
            effects.remove(made.get());
            members.release(operation.index());
            return;
        }
        var table = analyst.indexed(members.name(operation.index()));
        var evolution = members.first(table.name());
        evolution.ifPresent(of -> of.leave(operation.index()));
        effects.add(new Effects.DroppedIndex(evolution, table, operation.index()));
    }
}
