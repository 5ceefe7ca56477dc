package godwit.change.plan;

import godwit.Problem;
import godwit.change.Alteration;
import godwit.change.ColumnSpec;
import godwit.change.Operation;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** A table on its way through a migration's operations: each works on what those before it leave. */
final class Evolution implements Member {
    private final CatalogTable table;
    private final Analyst analyst;
    private final List<Shown> shown = new ArrayList<>();
    private final List<Derivation> derivations = new ArrayList<>();
    private final Map<Slot, CatalogColumn> blue = new LinkedHashMap<>();
    private final Set<Identifier> left = new HashSet<>();
    private int slots;

    Evolution(CatalogTable table, Analyst analyst) {
        this.table = table;
        this.analyst = analyst;
        for (var column : table.columns()) {
            var slot = slot(column.type());
            blue.put(slot, column);
            shown.add(new Shown(column.name(), slot));
        }
    }

    private Slot slot(SqlText type) {
        return new Slot(++slots, type);
    }

    CatalogTable table() {
        return table;
    }

    @Override
    public List<Shown> shown() {
        return List.copyOf(shown);
    }

    List<Derivation> derivations() {
        return List.copyOf(derivations);
    }

    /** The old version's columns by the slots that hold them. */
    Map<Slot, CatalogColumn> blue() {
        return blue;
    }

    void add(Operation.AddColumn operation) {
        var column = operation.column();
        if (shown.stream().anyMatch(s -> s.name().equals(column.name()))) {
            throw problem("column-exists", column.name(), "is there already", "Give the new column another name.");
        }
        requirePossible(column);
        if (!column.nullable()
                && column.defaultValue().isEmpty()
                && operation.up().isEmpty()) {
            throw problem(
                    "up-missing",
                    column.name(),
                    "takes no NULL, and nothing says what rows that are there get",
                    "Give up or a default.");
        }
        var before = List.copyOf(shown);
        var type = analyst.type(column.type());
        var to = slot(type);
        shown.add(new Shown(column.name(), to));
        var varying = column.defaultValue().filter(value -> !analyst.isSameForAll(type, value));
        var up = operation.up().or(() -> varying).map(text -> analyst.expression(types(before), alias(), text, type));
        derivations.add(
                new Derivation.Added(before, to, up, column.defaultValue().map(SqlText::new), column));
    }

    /** What this version of Godwit cannot give a column yet is told before anything is done. */
    private void requirePossible(ColumnSpec column) {
        if (column.key() || column.generated().isPresent()) {
            throw problem(
                    "operation-not-possible",
                    column.name(),
                    "cannot be added as a key, an identity or a generated column",
                    "Add it without that.");
        }
    }

    void drop(Operation.DropColumn operation) {
        var gone = find(operation.column());
        var before = blue.get(gone.slot());
        if (operation.down().isEmpty()
                && before != null
                && before.notNull()
                && before.defaultValue().isEmpty()
                && before.filledBy() == CatalogColumn.FilledBy.CLIENTS) {
            throw problem(
                    "down-missing",
                    operation.column(),
                    "takes no NULL, and nothing says what the old version reads in rows that the new one writes",
                    "Give down.");
        }
        shown.remove(gone);
        var after = List.copyOf(shown);
        var down = operation
                .down()
                .map(text -> analyst.expression(
                        types(after), alias(), text, gone.slot().type()));
        derivations.add(new Derivation.Dropped(after, gone.slot(), down));
    }

    void rename(Operation.RenameColumn operation) {
        if (shown.stream().anyMatch(s -> s.name().equals(operation.to()))) {
            throw problem("column-exists", operation.to(), "is there already", "Choose another name.");
        }
        var renamed = find(operation.from());
        shown.set(shown.indexOf(renamed), new Shown(operation.to(), renamed.slot()));
    }

    void alter(Operation.AlterColumn operation) {
        var before = List.copyOf(shown);
        var altered = find(operation.column());
        var change = operation.change();
        var type = change.type().map(analyst::type).orElse(altered.slot().type());
        change.collation().ifPresent(collation -> requireCollation(type, collation));
        if (change.defaultValue() instanceof Alteration.Setting.Given given) {
            // Only that it can be read matters here.
            var unused = analyst.isSameForAll(type, given.text());
        }
        var to = slot(type);
        shown.set(shown.indexOf(altered), new Shown(altered.name(), to));
        var after = List.copyOf(shown);
        var same = altered.name().sql();
        derivations.add(new Derivation.Altered(
                before,
                after,
                altered.name(),
                altered.slot(),
                to,
                analyst.expression(types(before), alias(), operation.up().orElse(same), type),
                analyst.expression(
                        types(after),
                        alias(),
                        operation.down().orElse(same),
                        altered.slot().type()),
                change));
    }

    private void requireCollation(SqlText type, String collation) {
        analyst.requireReadable(List.of(
                "CREATE TEMPORARY TABLE _godwit_row (value " + type + " COLLATE " + new SqlText(collation) + ")"));
    }

    /** Whether a column of the old version's becomes another or goes. */
    boolean changes(Identifier column) {
        return derivations.stream().anyMatch(d -> Chains.from(d).equals(Optional.of(slot(column))));
    }

    /** What becomes of a column of the old version's, if it changes. */
    Optional<Chain> chain(Identifier column) {
        return chains().stream()
                .filter(chain -> chain.blue().map(CatalogColumn::name).equals(Optional.of(column)))
                .findFirst();
    }

    private Slot slot(Identifier column) {
        return blue.entrySet().stream()
                .filter(entry -> entry.getValue().name().equals(column))
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    /** Has a column, which nothing has changed yet, become what the column that it refers to becomes. */
    void follow(Identifier column, Chain referenced) {
        var at = slot(column);
        for (var derivation : referenced.derivations()) {
            if (derivation instanceof Derivation.Altered altered) {
                at = follow(column, at, altered);
            }
        }
    }

    private Slot follow(Identifier column, Slot from, Derivation.Altered referenced) {
        var name = referenced.name();
        var own = List.of(name);
        if (!own.containsAll(referenced.up().uses())
                || !own.containsAll(referenced.down().uses())) {
            throw problem(
                    "key-not-followable",
                    column,
                    "refers to " + name.name() + ", whose values are to come from other columns too",
                    "Let up and down use that column alone, or drop the foreign key first.");
        }
        var followed =
                shown.stream().filter(s -> s.slot().equals(from)).findFirst().orElseThrow();
        var to = slot(followed(from.type(), referenced));
        shown.set(shown.indexOf(followed), new Shown(followed.name(), to));
        var before = List.of(new Shown(name, from));
        var after = List.of(new Shown(name, to));
        derivations.add(new Derivation.Altered(
                before,
                after,
                name,
                from,
                to,
                analyst.expression(types(before), alias(), ofSome(name, referenced.up()), to.type()),
                analyst.expression(types(after), alias(), ofSome(name, referenced.down()), from.type()),
                Alteration.ofValues()));
        return to;
    }

    /** A key that keeps its type is no reason for those who refer to it to become of that type. */
    private static SqlText followed(SqlText own, Derivation.Altered referenced) {
        var before = referenced.from().type();
        var after = referenced.to().type();
        return after.equals(before) && !own.equals(before) ? own : after;
    }

    /** What refers to nothing goes on doing so. */
    private static String ofSome(Identifier name, Analyst.Expression expression) {
        return "CASE WHEN " + name.sql() + " IS NOT NULL THEN (" + expression.sql() + ") END";
    }

    /** Gives several columns other values at once: each up reads the row before, each down the row after. */
    void alterTogether(Map<Identifier, Together> columns) {
        var before = List.copyOf(shown);
        var to = new LinkedHashMap<Identifier, Slot>();
        for (var column : columns.keySet()) {
            var altered = find(column);
            to.put(column, slot(altered.slot().type()));
            shown.set(shown.indexOf(altered), new Shown(column, to.get(column)));
        }
        var after = List.copyOf(shown);
        columns.forEach((column, together) -> {
            var from = before.stream()
                    .filter(s -> s.name().equals(column))
                    .findFirst()
                    .orElseThrow()
                    .slot();
            var same = column.sql();
            derivations.add(new Derivation.Altered(
                    before,
                    after,
                    column,
                    from,
                    Objects.requireNonNull(to.get(column)),
                    analyst.expression(types(before), alias(), together.up().orElse(same), from.type()),
                    analyst.expression(types(after), alias(), together.down().orElse(same), from.type()),
                    together.change()));
        });
    }

    /**
     * What becomes of one of several columns; without an expression its value stays.
     *
     * @param change what else is changed of it
     */
    record Together(Optional<String> up, Optional<String> down, Alteration change) {}

    /** Leaves something that stands on the old columns behind. */
    void leave(Identifier constraintOrIndex) {
        left.add(constraintOrIndex);
    }

    boolean isLeft(Identifier constraintOrIndex) {
        return left.contains(constraintOrIndex);
    }

    /** What a column of the table as it is, or what has become of it, is called by now, unless it has gone. */
    Optional<Identifier> nameNow(Identifier column) {
        var slot = last(slot(column));
        return shown.stream().filter(s -> s.slot().equals(slot)).findFirst().map(Shown::name);
    }

    boolean isTouched() {
        return !derivations.isEmpty()
                || shown.stream()
                        .anyMatch(s -> !Optional.ofNullable(blue.get(s.slot()))
                                .map(CatalogColumn::name)
                                .equals(Optional.of(s.name())));
    }

    private Identifier alias() {
        return table.name().name();
    }

    private Shown find(Identifier column) {
        return shown.stream()
                .filter(s -> s.name().equals(column))
                .findFirst()
                .orElseThrow(() -> problem(
                        "column-unknown",
                        column,
                        "is not there",
                        "See how the table stands after the operations before."));
    }

    private RuntimeException problem(String code, Identifier column, String what, String hint) {
        return Problem.of(
                        code,
                        "Column %s of %s %s."
                                .formatted(column.name(), table.name().plain(), what),
                        hint)
                .withObjects(List.of(table.name().plain() + "." + column.name()))
                .asException();
    }

    /** The columns by the names that they have by now, with their types. */
    Map<Identifier, SqlText> types() {
        return types(shown);
    }

    /** What a column becomes by all that comes after; itself where it goes. */
    Slot last(Slot slot) {
        var at = slot;
        for (var derivation : derivations) {
            if (Chains.from(derivation).equals(Optional.of(at))) {
                at = Chains.to(derivation).orElse(at);
            }
        }
        return at;
    }

    /** What a column that an operation sees is called in the end, unless it goes. */
    Optional<Identifier> nameInTheEnd(Slot slot) {
        var end = last(slot);
        return shown.stream().filter(s -> s.slot().equals(end)).findFirst().map(Shown::name);
    }

    /** The column of the old version's that a slot comes of, if it does. */
    Optional<CatalogColumn> origin(Slot slot) {
        return blue.entrySet().stream()
                .filter(entry -> last(entry.getKey()).equals(last(slot)))
                .findFirst()
                .map(Map.Entry::getValue);
    }

    /** @throws godwit.GodwitException column-unknown */
    Slot requireSlot(Identifier column) {
        return find(column).slot();
    }

    /** @throws godwit.GodwitException column-unknown */
    void requireColumn(Identifier column) {
        var unused = find(column);
    }

    private static Map<Identifier, SqlText> types(List<Shown> row) {
        var types = new LinkedHashMap<Identifier, SqlText>();
        row.forEach(s -> types.put(s.name(), s.slot().type()));
        return types;
    }

    /** The columns that change, each from the old version to the new, in the order of the operations that end them. */
    List<Chain> chains() {
        return new Chains(shown, derivations, blue).all();
    }
}
