package godwit.change.plan;

import godwit.change.Alteration;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a table's operations come to for each column that they change. */
final class Chains {
    private final List<Shown> shown;
    private final List<Derivation> derivations;
    private final Map<Slot, CatalogColumn> blue;

    /**
     * Reads what has been done to a table.
     *
     * @param shown the columns of the new version
     * @param blue the old version's columns by the slots that hold them
     */
    Chains(List<Shown> shown, List<Derivation> derivations, Map<Slot, CatalogColumn> blue) {
        this.shown = List.copyOf(shown);
        this.derivations = List.copyOf(derivations);
        this.blue = blue;
    }

    /** The columns that change, each from the old version to the new, in the order of the operations that end them. */
    List<Chain> all() {
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
        for (var derivation : all) {
            switch (derivation) {
                case Derivation.Added added -> {
                    var spec = added.column();
                    notNull = !spec.nullable();
                    defaultValue = added.defaultValue();
                    comment = spec.comment()
                            .<Alteration.Setting>map(Alteration.Setting.Given::new)
                            .orElse(comment);
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
                }
                case Derivation.Dropped dropped -> throw new IllegalStateException("a dropped column has no end");
            }
        }
        return new Green(
                physical(name), name, slot, slot.type(), collation(begin, slot, all), notNull, defaultValue, comment);
    }

    /** The last that an operation gave; else what it had, where it is of the same type still. */
    private static Optional<SqlText> collation(Optional<CatalogColumn> begin, Slot slot, List<Derivation> all) {
        return all.reversed().stream()
                .filter(Derivation.Altered.class::isInstance)
                .flatMap(altered -> ((Derivation.Altered) altered).change().collation().stream())
                .findFirst()
                .map(SqlText::new)
                .or(() -> begin.filter(column -> column.type().equals(slot.type()))
                        .flatMap(CatalogColumn::collation));
    }

    /** Unlike any other column's name, and no longer than names may be. */
    private static Identifier physical(Identifier name) {
        var text = "_godwit_" + name.name();
        var isShort = text.getBytes(StandardCharsets.UTF_8).length <= 60;
        return new Identifier(
                isShort ? text : "_godwit_column_%08x".formatted(name.name().hashCode()));
    }
}
