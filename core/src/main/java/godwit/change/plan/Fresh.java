package godwit.change.plan;

import godwit.change.Operation;
import godwit.change.TableConstraint;
import godwit.schema.Identifier;
import java.util.List;
import java.util.Optional;

/** Constraints and indexes of tables that the migration makes. */
final class Fresh {
    private final Members members;
    private final List<Effect> effects;

    /** @param effects of the migration so far, which it adds to */
    Fresh(Members members, List<Effect> effects) {
        this.members = members;
        this.effects = effects;
    }

    void constrain(Created created, TableConstraint constraint) {
        if (constraint instanceof TableConstraint.ForeignKey key) {
            key.columns().forEach(created::find);
            effects.add(new CreatedEffects.Key(created, Seen.of(created), key, Seen.of(members.get(key.table()))));
        } else {
            effects.add(created.constrain(constraint));
        }
    }

    void drop(Created created, Identifier constraint) {
        var key = key(created, constraint);
        key.ifPresentOrElse(effects::remove, () -> effects.add(created.dropConstraint(constraint)));
    }

    void rename(Created created, Operation.RenameConstraint operation) {
        key(created, operation.from())
                .ifPresentOrElse(
                        key -> effects.set(effects.indexOf(key), key.named(operation.to())),
                        () -> effects.add(created.renameConstraint(operation.from(), operation.to())));
    }

    private Optional<CreatedEffects.Key> key(Created created, Identifier constraint) {
        return effects.stream()
                .filter(CreatedEffects.Key.class::isInstance)
                .map(CreatedEffects.Key.class::cast)
                .filter(key -> key.table().equals(created) && key.key().name().equals(constraint))
                .findFirst();
    }

    /** The table that the migration makes with an index of this name. */
    Optional<Created> indexed(Identifier index) {
        return members.byName().values().stream()
                .filter(Created.class::isInstance)
                .map(Created.class::cast)
                .filter(created -> created.hasIndex(index))
                .findFirst();
    }
}
