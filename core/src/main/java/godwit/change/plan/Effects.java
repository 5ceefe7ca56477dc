package godwit.change.plan;

import godwit.change.Alteration;
import godwit.change.IndexField;
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

    /** Something about a table that is there, which goes when the migration drops that. */
    interface OfStanding extends Effect {
        Evolution table();

        @Override
        default boolean isAbout(Member member) {
            return table().equals(member);
        }

        /** The table's name in the database. */
        default TableName name() {
            return table().table().name();
        }

        @Override
        default Optional<TableName> locked() {
            return contract().isEmpty() && last().isEmpty() ? Optional.empty() : Optional.of(name());
        }
    }

    /** A table goes with the old version; the new one does not show it. */
    record DroppedTable(Evolution table) implements OfStanding {
        @Override
        public List<String> contract() {
            return List.of("DROP TABLE " + name().sql());
        }
    }

    /** A table takes the name that the new version has for it. */
    record RenamedTable(Evolution table, Identifier to) implements OfStanding {
        @Override
        public List<String> last() {
            return List.of("ALTER TABLE " + name().sql() + " RENAME TO " + to.sql());
        }
    }

    record RenamedConstraint(Evolution table, Identifier from, Identifier to) implements OfStanding {
        @Override
        public List<String> contract() {
            return List.of("ALTER TABLE " + name().sql() + " RENAME CONSTRAINT " + from.sql() + " TO " + to.sql());
        }
    }

    /**
     * An index goes, if it has not gone with the columns that it was of.
     *
     * @param of its table, where that is one of the schema's
     */
    record DroppedIndex(Optional<Evolution> of, TableName table, Identifier index) implements Effect {
        @Override
        public boolean isAbout(Member member) {
            return of.filter(member::equals).isPresent();
        }

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
            Evolution table,
            Seen seen,
            Operation.CreateIndex operation,
            Function<Map<Identifier, Identifier>, Optional<SqlText>> predicate)
            implements OfStanding {
        @Override
        public boolean needs(Member member, Slot column) {
            return isAbout(member)
                    && seen.has(
                            operation.fields().stream().map(IndexField::column).toList(), column);
        }

        @Override
        public List<Step> indexes(Names names) {
            var columns = names.columns(seen);
            var statement = "CREATE " + (operation.unique() ? "UNIQUE " : "") + "INDEX CONCURRENTLY "
                    + operation.index().sql() + " ON " + DefinitionText.index(name(), operation, columns)
                    + predicate.apply(columns).map(p -> " WHERE (" + p + ")").orElse("");
            return List.of(new Step.Concurrently(
                    "index " + operation.index().name(),
                    name(),
                    operation.index(),
                    statement,
                    Expanding.scanSeconds(table.table())));
        }

        @Override
        public List<Counterpart> lasting() {
            return List.of(Counterpart.itself(name(), Counterpart.Kind.INDEX, operation.index()));
        }

        @Override
        public List<Step> takenBack() {
            return List.of(dropIndex(name(), operation.index()));
        }
    }

    private static Step dropIndex(TableName table, Identifier index) {
        return Effect.brief(
                "index " + index.name(),
                Lock.ACCESS_EXCLUSIVE,
                List.of("DROP INDEX IF EXISTS " + table.schema().sql() + "." + index.sql()));
    }

    /** Statements of people's own, in a transaction of their own, or in that which leaves only the new version. */
    record Statements(Operation.RawSql operation, Forecast forecast, double seconds) implements Effect {
        @Override
        public List<Step> made() {
            return operation.onComplete()
                    ? List.of()
                    : List.of(new Step.Statements(
                            "sql", List.of(text(operation.up()).sql()), forecast, seconds));
        }

        @Override
        public List<String> contract() {
            return operation.onComplete() ? List.of(text(operation.up()).sql()) : List.of();
        }

        @Override
        public List<Step> unmade() {
            return operation
                    .down()
                    .map(down ->
                            Effect.brief("sql", Lock.UNKNOWN, List.of(text(down).sql())))
                    .stream()
                    .toList();
        }

        /** What people gave as statements. */
        static SqlText text(String statements) {
            return new SqlText(statements);
        }
    }

    /** @param before how the table's replica identity is said now */
    record ReplicaIdentity(Evolution table, Operation.SetReplicaIdentity operation, SqlText before)
            implements OfStanding {
        @Override
        public List<Step> constraints(Names names) {
            return List.of(set(name(), word(operation.identity())));
        }

        @Override
        public List<Step> takenBack() {
            return List.of(set(name(), before.sql()));
        }

        static Step set(TableName table, String identity) {
            return Effect.brief(
                    "replica identity of " + table.plain(),
                    Lock.ACCESS_EXCLUSIVE,
                    List.of("ALTER TABLE " + table.sql() + " REPLICA IDENTITY " + identity));
        }

        /** As it stands behind REPLICA IDENTITY. */
        static String word(Operation.SetReplicaIdentity.Identity identity) {
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
     * A constraint over columns of the new version.
     *
     * @param meanwhile the name that it has until the end; its own, unless something that goes has that
     * @param referenced what a foreign key refers to, if it is one
     * @param condition a check's, read over the names that columns have in the table meanwhile
     */
    record MadeConstraint(
            Evolution table,
            Seen seen,
            TableConstraint constraint,
            Identifier meanwhile,
            Optional<Seen> referenced,
            Function<Map<Identifier, Identifier>, Optional<SqlText>> condition)
            implements OfStanding {
        MadeConstraint named(Identifier other) {
            return new MadeConstraint(table, seen, constraint.named(other), meanwhile, referenced, condition);
        }

        @Override
        public boolean needs(Member member, Slot column) {
            return isAbout(member) && seen.has(constraint.columns(), column);
        }

        @Override
        public Optional<Identifier> refersTo(Member member, Optional<Slot> column) {
            return constraint instanceof TableConstraint.ForeignKey key
                    ? referenced.flatMap(other -> other.isReferredTo(key, member, column))
                    : Optional.empty();
        }

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
                    name(),
                    meanwhile,
                    "CREATE UNIQUE INDEX CONCURRENTLY " + meanwhile.sql() + " ON "
                            + DefinitionText.uniqueIndex(name(), constraint, names.columns(seen)),
                    Expanding.scanSeconds(table.table())));
        }

        @Override
        public List<Step> constraints(Names names) {
            return definition(names)
                    .map(definition -> Expanding.constraint(table.table(), meanwhile, definition, true))
                    .orElse(List.of());
        }

        private Optional<String> definition(Names names) {
            return switch (constraint) {
                case TableConstraint.Check check ->
                    condition.apply(names.columns(seen)).map(read -> DefinitionText.check(read, check.inherited()));
                case TableConstraint.ForeignKey key ->
                    referenced.map(other -> DefinitionText.foreignKey(
                            key, names.columns(seen), names.table(other.table()), names.columns(other)));
                case TableConstraint.Unique unique -> Optional.empty();
                case TableConstraint.PrimaryKey key -> Optional.empty();
                case TableConstraint.Exclusion exclusion -> Optional.empty();
            };
        }

        @Override
        public List<String> contract() {
            var add = "ALTER TABLE " + name().sql() + " ADD CONSTRAINT "
                    + constraint.name().sql();
            return switch (constraint) {
                case TableConstraint.Unique unique ->
                    List.of(add + " UNIQUE USING INDEX " + meanwhile.sql()
                            + unique.deferral().sql());
                case TableConstraint.PrimaryKey key ->
                    List.of(add + " PRIMARY KEY USING INDEX " + meanwhile.sql()
                            + key.deferral().sql());
                case TableConstraint.Check check -> renamed();
                case TableConstraint.ForeignKey key -> renamed();
                case TableConstraint.Exclusion exclusion -> List.of();
            };
        }

        @Override
        public List<Counterpart> lasting() {
            var kind = isIndexed() ? Counterpart.Kind.INDEX : Counterpart.Kind.CONSTRAINT;
            return List.of(Counterpart.itself(name(), kind, meanwhile));
        }

        private List<String> renamed() {
            return meanwhile.equals(constraint.name())
                    ? List.of()
                    : new RenamedConstraint(table, meanwhile, constraint.name()).contract();
        }

        @Override
        public List<Step> takenBack() {
            return isIndexed()
                    ? List.of(dropIndex(name(), meanwhile))
                    : List.of(Effect.brief(
                            "constraint " + constraint.name().name(),
                            Lock.ACCESS_EXCLUSIVE,
                            List.of("ALTER TABLE " + name().sql() + " DROP CONSTRAINT IF EXISTS " + meanwhile.sql())));
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
