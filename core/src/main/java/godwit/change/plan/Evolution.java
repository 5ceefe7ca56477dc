package godwit.change.plan;

import godwit.Problem;
import godwit.change.Alteration;
import godwit.change.ColumnSpec;
import godwit.change.Operation;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A table on its way through a migration's operations: each works on what those before it leave. */
final class Evolution {
    private final CatalogTable table;
    private final Analyst analyst;
    private final List<Shown> shown = new ArrayList<>();
    private final List<Derivation> derivations = new ArrayList<>();
    private final Map<Slot, CatalogColumn> blue = new LinkedHashMap<>();
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

    /** The columns of the new version, in its order. */
    List<Shown> shown() {
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

    private static Map<Identifier, SqlText> types(List<Shown> row) {
        var types = new LinkedHashMap<Identifier, SqlText>();
        row.forEach(s -> types.put(s.name(), s.slot().type()));
        return types;
    }

    /** The columns that change, each from the old version to the new, in the order of the operations that end them. */
    List<Chain> chains() {
        var chains = new ArrayList<Chain>();
        for (var last : derivations) {
            if (isLast(last)) {
                chain(last).ifPresent(chains::add);
            }
        }
        return chains;
    }

    private boolean isLast(Derivation derivation) {
        return to(derivation)
                .map(slot -> derivations.stream().noneMatch(d -> from(d).equals(Optional.of(slot))))
                .orElse(true);
    }

    private Optional<Chain> chain(Derivation last) {
        var all = new ArrayList<Derivation>();
        var at = Optional.of(last);
        while (at.isPresent()) {
            all.addFirst(at.get());
            var from = from(at.get());
            at = derivations.stream()
                    .filter(d -> from.isPresent() && to(d).equals(from))
                    .findFirst();
        }
        var begin = from(all.getFirst()).map(blue::get);
        var green = to(last).map(slot -> green(slot, begin, all));
        return begin.isEmpty() && green.isEmpty() ? Optional.empty() : Optional.of(new Chain(begin, green, all));
    }

    static Optional<Slot> from(Derivation derivation) {
        return switch (derivation) {
            case Derivation.Altered altered -> Optional.of(altered.from());
            case Derivation.Added added -> Optional.empty();
            case Derivation.Dropped dropped -> Optional.of(dropped.from());
        };
    }

    static Optional<Slot> to(Derivation derivation) {
        return switch (derivation) {
            case Derivation.Altered altered -> Optional.of(altered.to());
            case Derivation.Added added -> Optional.of(added.to());
            case Derivation.Dropped dropped -> Optional.empty();
        };
    }

    /** What a column is in the end: what it was, with what each operation makes of it. */
    private Green green(Slot slot, Optional<CatalogColumn> begin, List<Derivation> all) {
        var name = shown.stream()
                .filter(s -> s.slot().equals(slot))
                .findFirst()
                .orElseThrow()
                .name();
        var notNull = begin.map(CatalogColumn::notNull).orElse(false);
        var defaultValue = begin.flatMap(CatalogColumn::defaultValue);
        Alteration.Setting comment = new Alteration.Setting.Kept();
        var checks = new ArrayList<ColumnSpec.Check>();
        var references = new ArrayList<ColumnSpec.Reference>();
        var uniques = new ArrayList<Identifier>();
        for (var derivation : all) {
            switch (derivation) {
                case Derivation.Added added -> {
                    var spec = added.column();
                    notNull = !spec.nullable();
                    defaultValue = added.defaultValue();
                    comment = spec.comment()
                            .<Alteration.Setting>map(Alteration.Setting.Given::new)
                            .orElse(comment);
                    spec.check().ifPresent(checks::add);
                    spec.references().ifPresent(references::add);
                    if (spec.unique()) {
                        uniques.add(spec.name());
                    }
                }
                case Derivation.Altered altered -> {
                    var change = altered.change();
                    notNull = change.nullable().map(nullable -> !nullable).orElse(notNull);
                    defaultValue = switch (change.defaultValue()) {
                        case Alteration.Setting.Kept kept -> defaultValue;
                        case Alteration.Setting.Removed removed -> Optional.empty();
                        case Alteration.Setting.Given given -> Optional.of(new SqlText(given.text()));
                    };
                    comment = change.comment() instanceof Alteration.Setting.Kept ? comment : change.comment();
                    change.check().ifPresent(checks::add);
                    change.references().ifPresent(references::add);
                    change.unique().ifPresent(uniques::add);
                }
                case Derivation.Dropped dropped -> throw new IllegalStateException("a dropped column has no end");
            }
        }
        return new Green(
                physical(name, slot),
                name,
                slot,
                slot.type(),
                collation(begin, slot),
                notNull,
                defaultValue,
                comment,
                checks,
                references,
                uniques);
    }

    private static Optional<SqlText> collation(Optional<CatalogColumn> begin, Slot slot) {
        return begin.filter(column -> column.type().equals(slot.type())).flatMap(CatalogColumn::collation);
    }

    /** Unlike any other column's name, and no longer than names may be. */
    private Identifier physical(Identifier name, Slot slot) {
        var text = "_godwit_" + name.name();
        var isShort = text.getBytes(StandardCharsets.UTF_8).length <= 60;
        return new Identifier(isShort ? text : "_godwit_column_" + slot.number());
    }
}
