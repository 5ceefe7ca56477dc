package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A table whose versions differ, with the names of what keeps them in step.
 *
 * @param run the short id of the run that changes it
 */
record Changed(String run, Evolution evolution, List<Chain> chains) {
    Changed {
        chains = List.copyOf(chains);
    }

    CatalogTable table() {
        return evolution.table();
    }

    /** Told by the table's name alone, so that it is the same wherever and whenever the change is planned. */
    private String id() {
        return Digest.of(name().name().name());
    }

    TableName name() {
        return table().name();
    }

    String sql() {
        return name().sql();
    }

    /** Whether the two versions hold values of their own, and not only other names. */
    boolean isKeptInStep() {
        return !chains.isEmpty();
    }

    List<Green> greens() {
        return chains.stream().flatMap(c -> c.green().stream()).toList();
    }

    /** The columns of the old version that others replace, with those. */
    Map<Identifier, Identifier> replaced() {
        var all = new LinkedHashMap<Identifier, Identifier>();
        chains.stream()
                .filter(Chain::isTwofold)
                .forEach(chain -> all.put(
                        chain.blue().orElseThrow().name(),
                        chain.green().orElseThrow().physical()));
        return all;
    }

    /** The columns of the old version that go, and nothing takes their place. */
    List<Identifier> dropped() {
        return chains.stream()
                .filter(chain -> chain.green().isEmpty())
                .flatMap(chain -> chain.blue().stream())
                .map(CatalogColumn::name)
                .toList();
    }

    /** The view that knows the marker, on which the new version's view stands. */
    TableName hidden() {
        return TableName.of("godwit", "via_%s_%s".formatted(run, id()));
    }

    /** What keeps it in step. */
    List<Sync> syncs() {
        return table().hasTriggersBefore()
                ? Sync.any(name(), run, id()).toList()
                : List.of(new Sync(Sync.Part.WHOLE, name(), run, id()));
    }

    /** What takes away whatever keeps it in step, if it is there. */
    List<String> withoutSyncs() {
        return Sync.any(name(), run, id()).flatMap(sync -> sync.drop().stream()).toList();
    }

    /** The name that something carried has until the change is complete. */
    Identifier temporary(String kind, Identifier of) {
        return new Identifier(
                "_godwit_%s_%s_%08x".formatted(kind, id(), of.name().hashCode()));
    }

    /** What the columns of the new version are called in the table until the change is complete. */
    Map<Identifier, Identifier> physicalByName() {
        return physical(evolution.shown());
    }

    /** What columns that an operation saw are called until then, by the names that they had; nothing of those that have gone. */
    Map<Identifier, Identifier> names(Map<Identifier, Slot> seen) {
        return physical(seen.entrySet().stream()
                .map(entry -> new Shown(entry.getKey(), evolution.last(entry.getValue())))
                .toList());
    }

    private Map<Identifier, Identifier> physical(List<Shown> columns) {
        var all = new LinkedHashMap<Identifier, Identifier>();
        columns.forEach(column -> physical(column.slot()).ifPresent(name -> all.put(column.name(), name)));
        return all;
    }

    private Optional<Identifier> physical(Slot slot) {
        var blue = Optional.ofNullable(evolution.blue().get(slot)).map(CatalogColumn::name);
        return blue.or(() -> greens().stream()
                .filter(green -> green.slot().equals(slot))
                .findFirst()
                .map(Green::physical));
    }
}
