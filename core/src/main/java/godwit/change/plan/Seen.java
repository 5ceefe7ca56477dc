package godwit.change.plan;

import godwit.change.TableConstraint;
import godwit.schema.Identifier;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A table as an operation saw it.
 *
 * @param columns by the names that they had then
 */
record Seen(Member table, Map<Identifier, Slot> columns) {
    Seen {
        columns = Map.copyOf(columns);
    }

    static Seen of(Member table) {
        return new Seen(table, table.shown().stream().collect(Collectors.toMap(Shown::name, Shown::slot, (a, b) -> a)));
    }

    /** Whether one of these columns, by their names then, is this one. */
    boolean has(List<Identifier> names, Slot column) {
        return names.stream().anyMatch(name -> column.equals(columns.get(name)));
    }

    /**
     * The name of a foreign key to this table, if it is this one that is asked about.
     *
     * @param column what of it the key has to refer to; empty for anything
     */
    Optional<Identifier> isReferredTo(TableConstraint.ForeignKey key, Member member, Optional<Slot> column) {
        var refers = table.equals(member)
                && column.map(slot -> has(key.referenced(), slot)).orElse(true);
        return refers ? Optional.of(key.name()) : Optional.empty();
    }
}
