package godwit.change.plan;

import godwit.Problem;
import godwit.change.ColumnSpec;
import godwit.change.Operation;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What is said of a table or a column that changes none of its values: it is set when only the new version is left, so that the
 * old one has what it had until then. For tables that the migration makes it is set at once.
 */
final class Properties {
    private static final String ROW = "pg_temp._godwit_row";

    private final Analyst analyst;

    Properties(Analyst analyst) {
        this.analyst = analyst;
    }

    /**
     * Clauses of ALTER TABLE.
     *
     * @param clauses by the name that the column has in the end
     */
    record OfColumn(Evolution table, Slot slot, Function<Identifier, List<String>> clauses)
            implements Effects.OfStanding {
        @Override
        public boolean needs(Member member, Slot column) {
            return isAbout(member) && table.last(slot).equals(table.last(column));
        }

        @Override
        public List<String> contract() {
            return table.nameInTheEnd(slot).stream()
                    .flatMap(column -> clauses.apply(column).stream())
                    .toList();
        }
    }

    /** @param statements as they stand */
    record OfTable(Evolution table, List<String> statements) implements Effects.OfStanding {
        @Override
        public List<String> contract() {
            return statements;
        }
    }

    Effect set(Member member, Operation.SetColumnProperties operation) {
        return switch (member) {
            case Created created ->
                created.set(clauses(created.find(operation.column()).name(), operation));
            case Evolution evolution -> {
                var slot = evolution.requireSlot(operation.column());
                analyst.requireReadable(List.of(
                        "CREATE TEMPORARY TABLE _godwit_row (value " + slot.type() + ")",
                        alter(ROW, clauses(new Identifier("value"), operation))));
                yield new OfColumn(
                        evolution,
                        slot,
                        column -> List.of(alter(evolution.table().name().sql(), clauses(column, operation))));
            }
        };
    }

    private static List<String> clauses(Identifier column, Operation.SetColumnProperties operation) {
        var alter = "ALTER COLUMN " + column.sql();
        var all = new ArrayList<String>();
        operation.statistics().ifPresent(count -> all.add(alter + " SET STATISTICS " + count));
        operation.storage().ifPresent(storage -> all.add(alter + " SET STORAGE " + storage));
        operation
                .compression()
                .ifPresent(
                        how -> all.add(alter + " SET COMPRESSION " + how.name().toLowerCase(Locale.ROOT)));
        return all;
    }

    Effect set(Member member, Operation.SetStorageParameters operation) {
        var clauses = new ArrayList<String>();
        operation.parameters().ifPresent(parameters -> clauses.add("SET (" + new SqlText(parameters) + ")"));
        if (!operation.reset().isEmpty()) {
            clauses.add("RESET ("
                    + operation.reset().stream()
                            .map(name -> new SqlText(name).sql())
                            .collect(Collectors.joining(", "))
                    + ")");
        }
        return switch (member) {
            case Created created -> created.set(clauses);
            case Evolution evolution -> {
                // With a text, so that it has a table of what is stored out of line too.
                analyst.requireReadable(
                        List.of("CREATE TEMPORARY TABLE _godwit_row (value text)", alter(ROW, clauses)));
                yield new OfTable(
                        evolution, List.of(alter(evolution.table().name().sql(), clauses)));
            }
        };
    }

    Effect set(Member member, Operation.SetIdentity operation) {
        var values = operation.values();
        return switch (member) {
            case Created created ->
                created.set(List.of("ALTER COLUMN "
                        + created.find(operation.column()).name().sql() + " ADD GENERATED " + values.sql()
                        + " AS IDENTITY"));
            case Evolution evolution -> {
                var slot = evolution.requireSlot(operation.column());
                yield new OfColumn(evolution, slot, identity(evolution, operation.column(), slot, values));
            }
        };
    }

    /** The sequence is that of the old version's column, whatever that is called in the end. */
    private Function<Identifier, List<String>> identity(
            Evolution evolution, Identifier column, Slot slot, ColumnSpec.Generated.Values values) {
        var table = evolution.table();
        var origin = evolution
                .origin(slot)
                .filter(CatalogColumn::notNull)
                .orElseThrow(() -> impossible(
                        evolution,
                        column,
                        "is no column of the old version's that takes no NULL",
                        "Let it take no NULL, and complete that first."));
        return switch (origin.filledBy()) {
            case IDENTITY ->
                name -> List.of(alter(
                        table.name().sql(), List.of("ALTER COLUMN " + name.sql() + " SET GENERATED " + values.sql())));
            case EXPRESSION -> throw impossible(evolution, column, "is generated", "Choose another column.");
            case CLIENTS -> {
                if (!table.key().stream().findFirst().equals(Optional.of(origin.name()))) {
                    throw impossible(
                            evolution,
                            column,
                            "is not the first of a key, by which its highest number can be found",
                            "Make a unique index of it first.");
                }
                yield name -> analyst.identity(table, origin.name(), name, values).stream()
                        .map(SqlText::sql)
                        .toList();
            }
        };
    }

    Effect drop(Member member, Operation.DropIdentity operation) {
        return switch (member) {
            case Created created ->
                created.set(List.of("ALTER COLUMN "
                        + created.find(operation.column()).name().sql() + " DROP IDENTITY"));
            case Evolution evolution -> {
                var slot = evolution.requireSlot(operation.column());
                if (evolution
                        .origin(slot)
                        .filter(column -> column.filledBy() == CatalogColumn.FilledBy.IDENTITY)
                        .isEmpty()) {
                    throw impossible(evolution, operation.column(), "is no identity", "Look how the table stands.");
                }
                yield new OfColumn(
                        evolution,
                        slot,
                        name -> List.of(alter(evolution.table().name().sql(), withoutIdentity(name, evolution, slot))));
            }
        };
    }

    /** An identity takes no NULL, whatever is said of the column beside. */
    private static List<String> withoutIdentity(Identifier name, Evolution evolution, Slot slot) {
        var drop = "ALTER COLUMN " + name.sql() + " DROP IDENTITY";
        var takesNull = evolution.chains().stream()
                .flatMap(chain -> chain.green().stream())
                .anyMatch(green -> green.slot().equals(evolution.last(slot)) && !green.notNull());
        return takesNull ? List.of(drop, "ALTER COLUMN " + name.sql() + " DROP NOT NULL") : List.of(drop);
    }

    private static String alter(String table, List<String> clauses) {
        return "ALTER TABLE " + table + " " + String.join(", ", clauses);
    }

    private static RuntimeException impossible(Evolution table, Identifier column, String what, String hint) {
        var name = table.table().name().plain();
        return Problem.of("operation-not-possible", "Column %s of %s %s.".formatted(column.name(), name, what), hint)
                .withObjects(List.of(name + "." + column.name()))
                .asException();
    }
}
