package godwit.change.plan;

import godwit.schema.Identifier;
import java.util.Optional;
import java.util.function.Function;

/**
 * Has columns go the way of the column that they refer to: a key's new type is that of all who refer to it, and of all who
 * refer to those.
 */
final class Following {
    private final Catalog catalog;
    private final Function<Identifier, Optional<Evolution>> evolving;

    /** @param evolving a table by its name in the database, unless it goes */
    Following(Catalog catalog, Function<Identifier, Optional<Evolution>> evolving) {
        this.catalog = catalog;
        this.evolving = evolving;
    }

    void follow() {
        var goesOn = true;
        while (goesOn) {
            goesOn = false;
            for (var key : catalog.foreignKeys()) {
                goesOn |= follows(key);
            }
        }
    }

    private boolean follows(ForeignKey key) {
        if (!isOurs(key)) {
            return false;
        }
        var referenced = evolving.apply(key.referenced().name());
        var referring = evolving.apply(key.table().name());
        var goes = false;
        for (var i = 0;
                referenced.isPresent()
                        && referring.isPresent()
                        && i < key.columns().size();
                i++) {
            var column = key.columns().get(i);
            var chain = referenced.get().chain(key.referencedColumns().get(i)).filter(Chain::isTwofold);
            if (chain.isPresent() && !referring.get().changes(column)) {
                referring.get().follow(column, chain.get());
                goes = true;
            }
        }
        return goes;
    }

    /** Whether both tables are in the schema that changes; a reference from elsewhere is refused with what stands on the column. */
    private boolean isOurs(ForeignKey key) {
        return catalog.schema().equals(key.table().schema())
                && catalog.schema().equals(key.referenced().schema());
    }
}
