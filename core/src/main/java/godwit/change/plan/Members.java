package godwit.change.plan;

import godwit.Problem;
import godwit.schema.Identifier;
import godwit.schema.TableName;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;

/** The tables of a schema by the names that they have by now, and which names are free. */
final class Members {
    private Catalog catalog;
    private final Analyst analyst;
    private final boolean isUnderWay;
    private final SequencedMap<Identifier, Member> byName = new LinkedHashMap<>();
    private final Map<Identifier, Evolution> byFirstName = new LinkedHashMap<>();
    private final Set<Identifier> given = new HashSet<>();

    /** @param isUnderWay whether what the migration makes is there already, so that its names are not free */
    Members(Catalog catalog, Analyst analyst, boolean isUnderWay) {
        this.catalog = catalog;
        this.analyst = analyst;
        this.isUnderWay = isUnderWay;
        catalog.tables().forEach(this::begin);
    }

    private void begin(CatalogTable table) {
        var evolution = new Evolution(table, analyst);
        byName.put(table.name().name(), evolution);
        byFirstName.put(table.name().name(), evolution);
    }

    /** The schema's tables, as they are behind the last statements of people's own. */
    Catalog catalog() {
        return catalog;
    }

    /**
     * Goes on with what statements have left.
     *
     * @param isWorkedOn whether operations have something about a table already
     * @throws godwit.GodwitException sql-after-operation
     */
    void refresh(Catalog after, Predicate<Evolution> isWorkedOn) {
        for (var evolution : List.copyOf(byFirstName.values())) {
            var name = evolution.table().name().name();
            var now = after.table(name);
            if (now.filter(table -> table.columns().equals(evolution.table().columns()))
                    .isPresent()) {
                continue;
            }
            if (isWorkedOn.test(evolution)) {
                throw Problem.of(
                                "sql-after-operation",
                                "The statements change the table %s, which an operation before them changes too."
                                        .formatted(evolution.table().name().plain()),
                                "Put the statements before that operation, or give them a migration of their own.")
                        .withObjects(List.of(evolution.table().name().plain()))
                        .asException();
            }
            if (byName.remove(name, evolution)) {
                now.ifPresentOrElse(this::begin, () -> byFirstName.remove(name));
            }
        }
        for (var table : after.tables()) {
            var name = table.name().name();
            if (byName.get(name) instanceof Created created) {
                created.refresh(table);
            } else if (!byFirstName.containsKey(name)) {
                begin(table);
            }
        }
        catalog = after;
    }

    boolean isUnderWay() {
        return isUnderWay;
    }

    SequencedMap<Identifier, Member> byName() {
        return new LinkedHashMap<>(byName);
    }

    boolean contains(Member member) {
        return byName.containsValue(member);
    }

    /** @throws godwit.GodwitException no-such-table */
    Member get(Identifier table) {
        var found = byName.get(table);
        if (found == null) {
            throw Problem.of(
                            "no-such-table",
                            "There is no table %s in %s."
                                    .formatted(table.name(), catalog.schema().name()),
                            "Look whether it has another name by now, or is a view.")
                    .withObjects(List.of(plain(table)))
                    .asException();
        }
        return found;
    }

    /** A table by the name that it has in the database, whether it goes or not. */
    Optional<Evolution> first(Identifier firstName) {
        return Optional.ofNullable(byFirstName.get(firstName));
    }

    void put(Identifier name, Member member) {
        byName.put(name, member);
    }

    void remove(Identifier name) {
        byName.remove(name);
    }

    TableName name(Identifier name) {
        return new TableName(catalog.schema(), name);
    }

    /**
     * Gives something that is to be in the schema a name.
     *
     * @throws godwit.GodwitException name-taken
     */
    void requireFree(Identifier name) {
        if (isUnderWay) {
            return;
        }
        if (!isFree(name)) {
            throw Problem.of(
                            "name-taken",
                            "The schema %s has something of the name %s already."
                                    .formatted(catalog.schema().name(), name.name()),
                            "Choose another name.")
                    .withObjects(List.of(plain(name)))
                    .asException();
        }
        given.add(name);
    }

    boolean isFree(Identifier name) {
        return !byName.containsKey(name) && !given.contains(name) && !analyst.isTaken(name(name));
    }

    /** A name that was given is free again. */
    void release(Identifier name) {
        given.remove(name);
    }

    private String plain(Identifier table) {
        return catalog.schema().name() + "." + table.name();
    }
}
