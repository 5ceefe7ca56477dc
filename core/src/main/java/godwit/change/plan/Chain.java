package godwit.change.plan;

import java.util.List;
import java.util.Optional;

/**
 * A column on its way from the old version to the new.
 *
 * @param blue what the old version has of it; empty when it is added
 * @param green what the new version has of it; empty when it is dropped
 * @param derivations at least one
 */
record Chain(Optional<CatalogColumn> blue, Optional<Green> green, List<Derivation> derivations) {
    Chain {
        derivations = List.copyOf(derivations);
    }

    /** Both versions have it, and each its own values. */
    boolean isTwofold() {
        return blue.isPresent() && green.isPresent();
    }

    /** Whether rows that are there get a value by an expression. */
    boolean isFilled() {
        return green.isPresent() && derivations.stream().anyMatch(Chain::gives);
    }

    /** Whether the old version's value comes from what the new one writes; else it is the column's default. */
    boolean givesBlue() {
        return !(derivations.getFirst() instanceof Derivation.Dropped dropped)
                || dropped.down().isPresent();
    }

    private static boolean gives(Derivation derivation) {
        return switch (derivation) {
            case Derivation.Altered altered -> true;
            case Derivation.Added added -> added.up().isPresent();
            case Derivation.Dropped dropped -> false;
        };
    }
}
