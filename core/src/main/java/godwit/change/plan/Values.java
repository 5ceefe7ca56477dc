package godwit.change.plan;

import godwit.schema.Identifier;
import godwit.schema.SqlText;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The statements of PL/pgSQL that work out the values of a table's columns, and the expressions of SQL that do the same.
 *
 * <p>An expression of people's sees the columns that it uses as variables of a block with the table's name, so that it is
 * evaluated without a query where it holds none.
 */
final class Values {
    private final Evolution evolution;
    private final Map<Slot, Identifier> stored = new HashMap<>();

    /** @param chains those whose new columns can be read where a value is worked out from others */
    Values(Evolution evolution, List<Chain> chains) {
        this.evolution = evolution;
        evolution.blue().forEach((slot, column) -> stored.put(slot, column.name()));
        chains.forEach(chain -> chain.green().ifPresent(green -> stored.put(green.slot(), green.physical())));
    }

    /** The variables that hold what lies between two operations. */
    List<String> declarations() {
        return evolution.derivations().stream()
                .flatMap(d -> Chains.to(d).stream())
                .filter(slot -> !stored.containsKey(slot))
                .map(slot -> variable(slot) + " " + slot.type() + ";")
                .toList();
    }

    private static String variable(Slot slot) {
        return new Identifier("_godwit_between_" + slot.number()).sql();
    }

    /** Statements that give a variable or a column what the new version has, from the old version's columns of a row. */
    String up(Slot to, String row, String target) {
        return up(to, row, target, new LinkedHashSet<>());
    }

    private String up(Slot to, String row, String target, Set<Slot> known) {
        return switch (making(to)) {
            case Derivation.Altered altered -> {
                var from = fetched(altered.up(), altered.before(), known, slot -> up(slot, row, variable(slot), known));
                yield from + block(altered.up(), altered.before(), row, target);
            }
            case Derivation.Added added ->
                added.up()
                        .map(up -> fetched(up, added.before(), known, slot -> up(slot, row, variable(slot), known))
                                + block(up, added.before(), row, target))
                        .orElseGet(() -> target + " := (" + added.usual() + "); ");
            case Derivation.Dropped dropped -> throw new IllegalStateException("nothing comes of a dropped column");
        };
    }

    /** Statements that give a variable or a column what the old version has, from the new version's columns of a row. */
    Optional<String> down(Slot from, String row, String target) {
        return down(from, row, target, new LinkedHashSet<>());
    }

    private Optional<String> down(Slot from, String row, String target, Set<Slot> known) {
        return switch (taking(from)) {
            case Derivation.Altered altered -> Optional.of(down(altered.down(), altered.after(), row, target, known));
            case Derivation.Dropped dropped ->
                dropped.down().map(down -> down(down, dropped.after(), row, target, known));
            case Derivation.Added added -> throw new IllegalStateException("an added column comes from nothing");
        };
    }

    private String down(Analyst.Expression down, List<Shown> after, String row, String target, Set<Slot> known) {
        var fetched = fetched(
                down,
                after,
                known,
                slot -> down(slot, row, variable(slot), known).orElse(""));
        return fetched + block(down, after, row, target);
    }

    private interface Fetch {
        String statements(Slot slot);
    }

    /** What an expression uses and no row has is worked out before. */
    private String fetched(Analyst.Expression expression, List<Shown> row, Set<Slot> known, Fetch fetch) {
        var statements = new StringBuilder();
        for (var used : used(expression, row)) {
            if (!stored.containsKey(used.slot()) && known.add(used.slot())) {
                statements.append(fetch.statements(used.slot()));
            }
        }
        return statements.toString();
    }

    private String block(Analyst.Expression expression, List<Shown> shown, String row, String target) {
        var variables = used(expression, shown).stream()
                .map(s -> s.name().sql() + " " + s.slot().type() + " := " + value(s.slot(), row) + "; ")
                .collect(Collectors.joining());
        return "<<" + alias() + ">> DECLARE " + variables + "BEGIN " + target + " := (" + expression.sql() + "); END; ";
    }

    private String value(Slot slot, String row) {
        var column = stored.get(slot);
        return column == null ? variable(slot) : row + "." + column.sql();
    }

    private static List<Shown> used(Analyst.Expression expression, List<Shown> row) {
        return row.stream().filter(s -> expression.uses().contains(s.name())).toList();
    }

    private Derivation making(Slot to) {
        return evolution.derivations().stream()
                .filter(d -> Chains.to(d).equals(Optional.of(to)))
                .findFirst()
                .orElseThrow();
    }

    private Derivation taking(Slot from) {
        return evolution.derivations().stream()
                .filter(d -> Chains.from(d).equals(Optional.of(from)))
                .findFirst()
                .orElseThrow();
    }

    /** The same as an expression over a row that is named like the table. */
    String upSql(Slot to) {
        return switch (making(to)) {
            case Derivation.Altered altered -> overRow(altered.up(), altered.before(), this::upSql);
            case Derivation.Added added ->
                added.up()
                        .map(up -> overRow(up, added.before(), this::upSql))
                        .orElseGet(() -> "(" + added.usual() + ")");
            case Derivation.Dropped dropped -> throw new IllegalStateException("nothing comes of a dropped column");
        };
    }

    /** What the old version has, as an expression over a row that is named like the table; empty where it has its default. */
    Optional<String> downSql(Slot from) {
        return switch (taking(from)) {
            case Derivation.Altered altered -> Optional.of(overRow(altered.down(), altered.after(), this::downOrNull));
            case Derivation.Dropped dropped ->
                dropped.down().map(down -> overRow(down, dropped.after(), this::downOrNull));
            case Derivation.Added added -> throw new IllegalStateException("an added column comes from nothing");
        };
    }

    private String downOrNull(Slot slot) {
        return downSql(slot).orElse("(NULL)");
    }

    /** @param between works out what no column holds */
    private String overRow(Analyst.Expression expression, List<Shown> row, Function<Slot, String> between) {
        var used = used(expression, row);
        if (used.stream().allMatch(s -> s.name().equals(stored.get(s.slot())))) {
            return "(" + expression.sql() + ")";
        }
        var columns = used.stream()
                .map(s -> (stored.get(s.slot()) instanceof Identifier column
                                ? alias() + "." + column.sql()
                                : between.apply(s.slot()) + "::"
                                        + uncut(s.slot().type()))
                        + " AS " + s.name().sql())
                .collect(Collectors.joining(", "));
        return "(SELECT (" + expression.sql() + ") FROM (SELECT " + columns + ") AS " + alias() + ")";
    }

    /** The type that a value in between has; one of a limited length is not cut silently, as a cast would do. */
    private static String uncut(SqlText type) {
        return type.sql().replaceFirst("^(character varying|bit varying)\\(\\d+\\)", "$1");
    }

    private String alias() {
        return evolution.table().name().name().sql();
    }

    /** The columns of the table, of either version, on which what a chain becomes depends beside its own. */
    List<Identifier> followed(Chain chain) {
        var all = new LinkedHashSet<Identifier>();
        chain.derivations().forEach(d -> collect(d, all, new LinkedHashSet<>()));
        chain.blue().ifPresent(own -> all.remove(own.name()));
        return List.copyOf(all);
    }

    private void collect(Derivation derivation, Set<Identifier> into, Set<Slot> seen) {
        var used = switch (derivation) {
            case Derivation.Altered altered -> used(altered.up(), altered.before());
            case Derivation.Added added ->
                added.up().map(up -> used(up, added.before())).orElse(List.of());
            case Derivation.Dropped dropped -> List.<Shown>of();
        };
        for (var each : used) {
            if (stored.get(each.slot()) instanceof Identifier column) {
                into.add(column);
            } else if (seen.add(each.slot())) {
                collect(making(each.slot()), into, seen);
            }
        }
    }
}
