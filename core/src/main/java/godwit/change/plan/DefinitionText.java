package godwit.change.plan;

import godwit.change.Alteration;
import godwit.change.ColumnSpec;
import godwit.change.IndexField;
import godwit.change.Operation;
import godwit.change.ReferenceRules;
import godwit.change.TableConstraint;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** How columns, constraints and indexes are written in DDL; what people gave as SQL stands as it is. */
final class DefinitionText {
    private DefinitionText() {}

    static SqlText type(ColumnSpec column) {
        return new SqlText(column.type());
    }

    /** A column without its foreign key. */
    static String column(ColumnSpec column) {
        var text = new StringBuilder(column.name().sql()).append(" ").append(type(column));
        column.generated().ifPresent(generated -> text.append(generated(generated)));
        column.defaultValue().ifPresent(value -> text.append(" DEFAULT ").append(new SqlText(value)));
        text.append(column.nullable() && !column.key() ? "" : " NOT NULL");
        text.append(column.unique() ? " UNIQUE" : "");
        column.check()
                .ifPresent(check -> text.append(" CONSTRAINT ")
                        .append(check.name().sql())
                        .append(check(new SqlText(check.condition()), check.inherited())));
        return text.toString();
    }

    private static String generated(ColumnSpec.Generated generated) {
        return switch (generated) {
            case ColumnSpec.Generated.Stored stored ->
                " GENERATED ALWAYS AS (" + new SqlText(stored.expression()) + ") STORED";
            case ColumnSpec.Generated.IdentityColumn identity ->
                " GENERATED " + identity.values().sql() + " AS IDENTITY"
                        + identity.sequenceOptions()
                                .map(options -> " (" + new SqlText(options) + ")")
                                .orElse("");
        };
    }

    static String check(SqlText condition, boolean inherited) {
        return " CHECK (" + condition + ")" + (inherited ? "" : " NO INHERIT");
    }

    /** A constraint of a new table; a foreign key is none of these. */
    static String constraint(TableConstraint constraint) {
        return "CONSTRAINT " + constraint.name().sql()
                + switch (constraint) {
                    case TableConstraint.Unique unique ->
                        " UNIQUE" + distinct(unique) + " (" + names(unique.columns(), Map.of()) + ")"
                                + included(unique.index(), Map.of()) + stored(unique.index())
                                + unique.deferral().sql();
                    case TableConstraint.PrimaryKey key ->
                        " PRIMARY KEY (" + names(key.columns(), Map.of()) + ")" + included(key.index(), Map.of())
                                + stored(key.index()) + key.deferral().sql();
                    case TableConstraint.Check check -> check(new SqlText(check.condition()), check.inherited());
                    case TableConstraint.Exclusion exclusion ->
                        " EXCLUDE USING " + exclusion.method().name() + " (" + new SqlText(exclusion.elements()) + ")"
                                + included(exclusion.index(), Map.of()) + stored(exclusion.index())
                                + exclusion
                                        .predicate()
                                        .map(p -> " WHERE (" + new SqlText(p) + ")")
                                        .orElse("")
                                + exclusion.deferral().sql();
                    case TableConstraint.ForeignKey key ->
                        throw new IllegalStateException("a foreign key is added afterwards");
                };
    }

    private static String distinct(TableConstraint.Unique unique) {
        return unique.nullsDistinct() ? "" : " NULLS NOT DISTINCT";
    }

    /** The unique index of a constraint, behind ON. */
    static String uniqueIndex(TableName table, TableConstraint constraint, Map<Identifier, Identifier> physical) {
        return switch (constraint) {
            case TableConstraint.Unique unique ->
                table.sql() + " (" + names(unique.columns(), physical) + ")" + included(unique.index(), physical)
                        + distinct(unique) + stored(unique.index());
            case TableConstraint.PrimaryKey key ->
                table.sql() + " (" + names(key.columns(), physical) + ")" + included(key.index(), physical)
                        + stored(key.index());
            case TableConstraint.Check check -> throw new IllegalStateException("a check has no index");
            case TableConstraint.ForeignKey key -> throw new IllegalStateException("a foreign key has no index");
            case TableConstraint.Exclusion exclusion ->
                throw new IllegalStateException("never of a table that is there");
        };
    }

    private static String included(TableConstraint.IndexParameters index, Map<Identifier, Identifier> physical) {
        return index.included().isEmpty() ? "" : " INCLUDE (" + names(index.included(), physical) + ")";
    }

    private static String stored(TableConstraint.IndexParameters index) {
        return index.storageParameters()
                        .map(parameters -> " WITH (" + new SqlText(parameters) + ")")
                        .orElse("")
                + index.tablespace().map(space -> " TABLESPACE " + space.sql()).orElse("");
    }

    static String names(List<Identifier> columns, Map<Identifier, Identifier> physical) {
        return columns.stream()
                .map(column -> physical.getOrDefault(column, column).sql())
                .collect(Collectors.joining(", "));
    }

    /**
     * A foreign key, behind its name.
     *
     * @param own what its columns are called in the table
     * @param theirs what those that it refers to are called in theirs
     */
    static String foreignKey(
            TableConstraint.ForeignKey key,
            Map<Identifier, Identifier> own,
            TableName table,
            Map<Identifier, Identifier> theirs) {
        return "FOREIGN KEY (" + names(key.columns(), own) + ") REFERENCES " + table.sql() + " ("
                + names(key.referenced(), theirs) + ")" + rules(key.rules(), own);
    }

    private static String rules(ReferenceRules rules, Map<Identifier, Identifier> own) {
        var columns = rules.onDeleteColumns().isEmpty() ? "" : " (" + names(rules.onDeleteColumns(), own) + ")";
        return " MATCH " + rules.match().name() + " ON DELETE "
                + rules.onDelete().sql() + columns + " ON UPDATE "
                + rules.onUpdate().sql() + rules.deferral().sql();
    }

    /** An index, behind ON, but for its predicate. */
    static String index(TableName table, Operation.CreateIndex index, Map<Identifier, Identifier> physical) {
        return table.sql() + " USING " + index.method().name() + " ("
                + index.fields().stream().map(field -> field(field, physical)).collect(Collectors.joining(", "))
                + ")"
                + index.storageParameters()
                        .map(parameters -> " WITH (" + new SqlText(parameters) + ")")
                        .orElse("");
    }

    /** An index's predicate over columns that have the names which it uses; empty where it has none. */
    static String predicate(Operation.CreateIndex index) {
        return index.predicate().map(p -> " WHERE (" + new SqlText(p) + ")").orElse("");
    }

    /** What is changed of a column without rows, each behind ALTER TABLE; its comment and its foreign key are none of it. */
    static List<String> altered(Identifier column, SqlText type, Alteration change) {
        var all = new ArrayList<String>();
        var alter = "ALTER COLUMN " + column.sql();
        if (change.type().isPresent() || change.collation().isPresent()) {
            all.add(alter + " TYPE " + change.type().map(SqlText::new).orElse(type)
                    + change.collation().map(c -> " COLLATE " + new SqlText(c)).orElse("") + " USING NULL");
        }
        change.nullable().ifPresent(nullable -> all.add(alter + (nullable ? " DROP" : " SET") + " NOT NULL"));
        switch (change.defaultValue()) {
            case Alteration.Setting.Kept kept -> {}
            case Alteration.Setting.Removed removed -> all.add(alter + " DROP DEFAULT");
            case Alteration.Setting.Given given -> all.add(alter + " SET DEFAULT " + new SqlText(given.text()));
        }
        change.unique().ifPresent(name -> all.add("ADD CONSTRAINT " + name.sql() + " UNIQUE (" + column.sql() + ")"));
        change.check()
                .ifPresent(check -> all.add("ADD CONSTRAINT " + check.name().sql()
                        + check(new SqlText(check.condition()), check.inherited())));
        return all;
    }

    /** What stands behind IS in COMMENT ON; empty where the comment stays. */
    static Optional<String> comment(Alteration.Setting comment) {
        return switch (comment) {
            case Alteration.Setting.Kept kept -> Optional.empty();
            case Alteration.Setting.Removed removed -> Optional.of("NULL");
            case Alteration.Setting.Given given -> Optional.of(new Literal(given.text()).sql());
        };
    }

    private static String field(IndexField field, Map<Identifier, Identifier> physical) {
        return physical.getOrDefault(field.column(), field.column()).sql()
                + field.collation()
                        .map(collation -> " COLLATE " + new SqlText(collation))
                        .orElse("")
                + field.operatorClass().map(DefinitionText::operatorClass).orElse("")
                + switch (field.sort()) {
                    case USUAL -> "";
                    case ASC -> " ASC";
                    case DESC -> " DESC";
                }
                + switch (field.nulls()) {
                    case USUAL -> "";
                    case FIRST -> " NULLS FIRST";
                    case LAST -> " NULLS LAST";
                };
    }

    private static String operatorClass(IndexField.OperatorClass used) {
        return " " + new SqlText(used.name())
                + (used.parameters().isEmpty()
                        ? ""
                        : used.parameters().stream()
                                .map(parameter -> new SqlText(parameter).sql())
                                .collect(Collectors.joining(", ", " (", ")")));
    }
}
