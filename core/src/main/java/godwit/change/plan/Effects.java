package godwit.change.plan;

import godwit.change.Alteration;
import godwit.change.Operation;
import godwit.change.TableConstraint;
import godwit.schema.Identifier;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The effects of operations that are about tables, indexes and constraints. */
final class Effects {
    private Effects() {}

    /** A table goes with the old version; the new one does not show it. */
    record DroppedTable(TableName table) implements Effect {
        @Override
        public List<String> contract() {
            return List.of("DROP TABLE " + table.sql());
        }

        @Override
        public Optional<TableName> locked() {
            return Optional.of(table);
        }
    }

    /** A table takes the name that the new version has for it. */
    record RenamedTable(TableName table, Identifier to) implements Effect {
        @Override
        public List<String> contract() {
            return List.of("ALTER TABLE " + table.sql() + " RENAME TO " + to.sql());
        }

        @Override
        public Optional<TableName> locked() {
            return Optional.of(table);
        }
    }

    record RenamedConstraint(TableName table, Identifier from, Identifier to) implements Effect {
        @Override
        public List<String> contract() {
            return List.of("ALTER TABLE " + table.sql() + " RENAME CONSTRAINT " + from.sql() + " TO " + to.sql());
        }

        @Override
        public Optional<TableName> locked() {
            return Optional.of(table);
        }
    }

    /** @param table whose index it is */
    record DroppedIndex(TableName table, Identifier index) implements Effect {
        @Override
        public List<String> contract() {
            return List.of("DROP INDEX IF EXISTS " + table.schema().sql() + "." + index.sql());
        }

        @Override
        public Optional<TableName> locked() {
            return Optional.of(table);
        }
    }

    /**
     * An index of a table that is there, built while it is written.
     *
     * @param predicate read over the names that columns have in the table meanwhile
     */
    record MadeIndex(
            CatalogTable table,
            Seen seen,
            Operation.CreateIndex operation,
            Function<Map<Identifier, Identifier>, Optional<SqlText>> predicate)
            implements Effect {
        @Override
        public List<Step> indexes(Names names) {
            var columns = names.columns(seen);
            var statement = "CREATE " + (operation.unique() ? "UNIQUE " : "") + "INDEX CONCURRENTLY "
                    + operation.index().sql() + " ON " + DefinitionText.index(table.name(), operation, columns)
                    + predicate.apply(columns).map(p -> " WHERE (" + p + ")").orElse("");
            return List.of(new Step.Concurrently(
                    "index " + operation.index().name(),
                    table.name(),
                    operation.index(),
                    statement,
                    Expanding.scanSeconds(table)));
        }

        @Override
        public List<Step> takenBack() {
            return List.of(dropIndex(table.name(), operation.index()));
        }
    }

    private static Step dropIndex(TableName table, Identifier index) {
        return Effect.brief(
                "index " + index.name(),
                Lock.ACCESS_EXCLUSIVE,
                List.of("DROP INDEX IF EXISTS " + table.schema().sql() + "." + index.sql()));
    }

    /** An index of a table that the migration makes, which is empty. */
    record IndexOfCreated(Created table, Operation.CreateIndex operation) implements Effect {
        @Override
        public List<Step> indexes(Names names) {
            var statement = "CREATE " + (operation.unique() ? "UNIQUE " : "") + "INDEX "
                    + operation.index().sql() + " ON " + DefinitionText.index(table.name(), operation, Map.of())
                    + operation
                            .predicate()
                            .map(p -> " WHERE (" + new SqlText(p) + ")")
                            .orElse("");
            return List.of(Effect.brief("index " + operation.index().name(), Lock.NONE, List.of(statement)));
        }
    }

    /** Statements of people's own, in a transaction of their own, or in that which leaves only the new version. */
    record Statements(Operation.RawSql operation) implements Effect {
        @Override
        public List<Step> made() {
            return operation.onComplete() ? List.of() : List.of(step(operation.up()));
        }

        @Override
        public List<String> contract() {
            return operation.onComplete() ? List.of(new SqlText(operation.up()).sql()) : List.of();
        }

        @Override
        public List<Step> takenBack() {
            return operation.down().map(Statements::step).stream().toList();
        }

        private static Step step(String statements) {
            return Effect.brief("sql", Lock.UNKNOWN, List.of(new SqlText(statements).sql()));
        }
    }

    /** @param before how the table's replica identity is said now; empty where it goes with the table */
    record ReplicaIdentity(Member table, Operation.SetReplicaIdentity operation, Optional<SqlText> before)
            implements Effect {
        @Override
        public List<Step> constraints(Names names) {
            return List.of(set(names.table(table), word(operation.identity())));
        }

        @Override
        public List<Step> takenBack() {
            return before
                    .filter(any -> table instanceof Evolution)
                    .map(word -> set(((Evolution) table).table().name(), word.sql()))
                    .stream()
                    .toList();
        }

        private static Step set(TableName table, String identity) {
            return Effect.brief(
                    "replica identity of " + table.plain(),
                    Lock.ACCESS_EXCLUSIVE,
                    List.of("ALTER TABLE " + table.sql() + " REPLICA IDENTITY " + identity));
        }

        private static String word(Operation.SetReplicaIdentity.Identity identity) {
            return switch (identity) {
                case Operation.SetReplicaIdentity.Identity.Nothing nothing -> "NOTHING";
                case Operation.SetReplicaIdentity.Identity.PrimaryKey key -> "DEFAULT";
                case Operation.SetReplicaIdentity.Identity.WholeRow row -> "FULL";
                case Operation.SetReplicaIdentity.Identity.Index index ->
                    "USING INDEX " + index.index().sql();
            };
        }
    }

    /**
     * A constraint over columns of the new version; it has its own name from the start.
     *
     * @param referenced what a foreign key refers to, if it is one
     * @param condition a check's, read over the names that columns have in the table meanwhile
     */
    record MadeConstraint(
            CatalogTable table,
            Seen seen,
            TableConstraint constraint,
            Optional<Seen> referenced,
            Function<Map<Identifier, Identifier>, Optional<SqlText>> condition)
            implements Effect {
        private boolean isIndexed() {
            return constraint instanceof TableConstraint.Unique || constraint instanceof TableConstraint.PrimaryKey;
        }

        @Override
        public List<Step> indexes(Names names) {
            if (!isIndexed()) {
                return List.of();
            }
            return List.of(new Step.Concurrently(
                    "index " + constraint.name().name(),
                    table.name(),
                    constraint.name(),
                    "CREATE UNIQUE INDEX CONCURRENTLY " + constraint.name().sql() + " ON "
                            + DefinitionText.uniqueIndex(table.name(), constraint, names.columns(seen)),
                    Expanding.scanSeconds(table)));
        }

        @Override
        public List<Step> constraints(Names names) {
            return definition(names)
                    .map(definition -> Expanding.constraint(table, constraint.name(), definition, true))
                    .orElse(List.of());
        }

        private Optional<String> definition(Names names) {
            return switch (constraint) {
                case TableConstraint.Check check ->
                    condition.apply(names.columns(seen)).map(read -> DefinitionText.check(read, check.inherited()));
                case TableConstraint.ForeignKey key ->
                    referenced.map(other -> DefinitionText.foreignKey(
                            DefinitionText.names(key.columns(), names.columns(seen)),
                            names.table(other.table()).sql(),
                            DefinitionText.names(key.referenced(), names.columns(other)),
                            key.rules()));
                case TableConstraint.Unique unique -> Optional.empty();
                case TableConstraint.PrimaryKey key -> Optional.empty();
                case TableConstraint.Exclusion exclusion -> Optional.empty();
            };
        }

        @Override
        public List<String> contract() {
            var add = "ALTER TABLE " + table.name().sql() + " ADD CONSTRAINT "
                    + constraint.name().sql();
            return switch (constraint) {
                case TableConstraint.Unique unique ->
                    List.of(add + " UNIQUE USING INDEX " + constraint.name().sql()
                            + unique.deferral().sql());
                case TableConstraint.PrimaryKey key ->
                    List.of(add + " PRIMARY KEY USING INDEX "
                            + constraint.name().sql() + key.deferral().sql());
                case TableConstraint.Check check -> List.of();
                case TableConstraint.ForeignKey key -> List.of();
                case TableConstraint.Exclusion exclusion -> List.of();
            };
        }

        @Override
        public Optional<TableName> locked() {
            return Optional.of(table.name());
        }

        @Override
        public List<Step> takenBack() {
            return isIndexed()
                    ? List.of(dropIndex(table.name(), constraint.name()))
                    : List.of(Effect.brief(
                            "constraint " + constraint.name().name(),
                            Lock.ACCESS_EXCLUSIVE,
                            List.of("ALTER TABLE " + table.name().sql() + " DROP CONSTRAINT IF EXISTS "
                                    + constraint.name().sql())));
        }
    }

    /** The columns of a constraint that is to be made, with what gives them their values. */
    static Map<Identifier, Evolution.Together> together(Operation.CreateConstraint operation) {
        var all = new LinkedHashMap<Identifier, Evolution.Together>();
        var change = operation.constraint() instanceof TableConstraint.PrimaryKey
                ? Alteration.ofKey()
                : Alteration.ofValues();
        var columns = new ArrayList<>(operation.up().expressions().keySet());
        columns.forEach(column -> all.put(
                column,
                new Evolution.Together(
                        Optional.ofNullable(operation.up().expressions().get(column)),
                        Optional.ofNullable(operation.down().expressions().get(column)),
                        change)));
        return all;
    }
}
