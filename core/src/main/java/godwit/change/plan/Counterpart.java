package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a change has made beside something of a table's own, to take its place.
 *
 * @param kind of both
 * @param original what the old version has, or for a column the new version's name
 * @param made the name of what takes its place
 */
public record Counterpart(TableName table, Kind kind, Identifier original, Identifier made) {
    /** What it is. */
    public enum Kind {
        COLUMN,
        INDEX,
        CONSTRAINT,
        TRIGGER
    }

    /** Something that the change makes for itself. */
    static Counterpart itself(TableName table, Kind kind, Identifier made) {
        return new Counterpart(table, kind, made, made);
    }

    /** Whether it takes nothing's place. */
    public boolean isNew() {
        return original.equals(made);
    }

    static List<Counterpart> all(Map<Changed, List<Carried>> carried, List<Effect> effects) {
        var all = new ArrayList<Counterpart>();
        effects.forEach(effect -> all.addAll(effect.lasting()));
        carried.forEach((of, each) -> {
            of.syncs().forEach(sync -> all.add(itself(of.name(), Kind.TRIGGER, sync.trigger("insert"))));
            of.greens()
                    .forEach(green -> all.add(new Counterpart(of.name(), Kind.COLUMN, green.name(), green.physical())));
            each.forEach(one -> {
                switch (one) {
                    case Carried.Settings settings -> {}
                    case Carried.Index index -> all.add(of(of, Kind.INDEX, index.index()));
                    case Carried.Check check -> all.add(of(of, Kind.CONSTRAINT, check.constraint()));
                    case Carried.Reference reference -> all.add(of(of, Kind.CONSTRAINT, reference.constraint()));
                }
            });
        });
        return all;
    }

    private static Counterpart of(Changed of, Kind kind, Identifier original) {
        return new Counterpart(
                of.name(), kind, original, of.temporary(kind.name().toLowerCase(java.util.Locale.ROOT), original));
    }
}
