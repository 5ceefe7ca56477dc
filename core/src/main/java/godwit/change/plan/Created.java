package godwit.change.plan;

import godwit.Problem;
import godwit.change.ColumnSpec;
import godwit.change.Operation;
import godwit.change.TableConstraint;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import godwit.schema.SqlText;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table that the migration makes. It is empty, and nobody of the old version knows it: it is there from the start, and what
 * the migration changes of it is done at once. Only its foreign keys wait until the tables that they refer to have their columns.
 */
final class Created implements Member {
    private static final Identifier TEMPORARY = new Identifier("pg_temp");
    private static final SqlText UNKNOWN = Derivation.NOTHING;

    private final Analyst analyst;
    private final boolean isUnderWay;
    private final Identifier schema;
    private final Set<Identifier> indexes = new HashSet<>();
    private final List<Shown> shown = new ArrayList<>();
    private final List<String> read = new ArrayList<>();
    private Identifier name;
    private int slots;
    private boolean isThere;

    /** @param isUnderWay whether it is made already, so that only its names are followed: statements may have given it others */
    Created(TableName name, Analyst analyst, boolean isUnderWay) {
        this.analyst = analyst;
        this.isUnderWay = isUnderWay;
        this.schema = name.schema();
        this.name = name.name();
    }

    /** The name that it has by now. */
    TableName name() {
        return new TableName(schema, name);
    }

    @Override
    public List<Shown> shown() {
        return List.copyOf(shown);
    }

    /** Makes it, without its foreign keys. */
    Effect make(Operation.CreateTable operation) {
        operation.columns().forEach(this::show);
        var sql = new ArrayList<Function<TableName, String>>();
        sql.add(table -> "CREATE TABLE " + table.sql() + " (" + definition(operation) + ")");
        operation
                .comment()
                .ifPresent(
                        text -> sql.add(table -> "COMMENT ON TABLE " + table.sql() + " IS " + new Literal(text).sql()));
        operation
                .columns()
                .forEach(column -> column.comment().ifPresent(text -> sql.add(comment(column.name(), text))));
        return done(sql);
    }

    private static String definition(Operation.CreateTable operation) {
        var key = operation.columns().stream()
                .filter(ColumnSpec::key)
                .map(ColumnSpec::name)
                .toList();
        return Stream.of(
                        operation.columns().stream().map(DefinitionText::column),
                        key.isEmpty()
                                ? Stream.<String>empty()
                                : Stream.of("PRIMARY KEY (" + DefinitionText.names(key, Map.of()) + ")"),
                        operation.constraints().stream()
                                .filter(constraint -> !(constraint instanceof TableConstraint.ForeignKey))
                                .map(DefinitionText::constraint))
                .flatMap(each -> each)
                .collect(Collectors.joining(", "));
    }

    private void show(ColumnSpec column) {
        shown.add(new Shown(column.name(), new Slot(++slots, DefinitionText.type(column))));
    }

    Effect add(ColumnSpec column) {
        requireFree(column.name());
        show(column);
        var sql = new ArrayList<Function<TableName, String>>();
        sql.add(alter("ADD COLUMN " + DefinitionText.column(column)
                + (column.key() ? ", ADD PRIMARY KEY (" + column.name().sql() + ")" : "")));
        column.comment().ifPresent(text -> sql.add(comment(column.name(), text)));
        return done(sql);
    }

    Effect drop(Identifier column) {
        shown.remove(find(column));
        return done(alter("DROP COLUMN " + column.sql()));
    }

    Effect rename(Operation.RenameColumn operation) {
        requireFree(operation.to());
        var renamed = find(operation.from());
        shown.set(shown.indexOf(renamed), new Shown(operation.to(), renamed.slot()));
        return done(alter("RENAME COLUMN " + operation.from().sql() + " TO "
                + operation.to().sql()));
    }

    /** What is changed of a column, without its foreign key. */
    Effect alter(Operation.AlterColumn operation) {
        var found = find(operation.column());
        var column = found.name();
        var sql = new ArrayList<Function<TableName, String>>();
        DefinitionText.altered(column, found.slot().type(), operation.change())
                .forEach(clause -> sql.add(alter(clause)));
        DefinitionText.comment(operation.change().comment())
                .ifPresent(text ->
                        sql.add(table -> "COMMENT ON COLUMN " + table.sql() + "." + column.sql() + " IS " + text));
        return done(sql);
    }

    Effect rename(Identifier to) {
        var effect = done(alter("RENAME TO " + to.sql()));
        name = to;
        return effect;
    }

    /** What is set of it, or of a column. */
    Effect set(List<String> clauses) {
        return done(clauses.stream().map(Created::alter).toList());
    }

    /** @param constraint any but a foreign key */
    Effect constrain(TableConstraint constraint) {
        return done(alter("ADD " + DefinitionText.constraint(constraint)));
    }

    Effect dropConstraint(Identifier constraint) {
        return done(alter("DROP CONSTRAINT " + constraint.sql()));
    }

    Effect renameConstraint(Identifier from, Identifier to) {
        return done(alter("RENAME CONSTRAINT " + from.sql() + " TO " + to.sql()));
    }

    Effect index(Operation.CreateIndex operation) {
        indexes.add(operation.index());
        return done(table -> "CREATE " + (operation.unique() ? "UNIQUE " : "") + "INDEX "
                + operation.index().sql() + " ON " + DefinitionText.index(table, operation, Map.of())
                + DefinitionText.predicate(operation));
    }

    boolean hasIndex(Identifier index) {
        return indexes.contains(index);
    }

    Effect dropIndex(Identifier index) {
        indexes.remove(index);
        return done(table -> "DROP INDEX " + new TableName(table.schema(), index).sql());
    }

    private static Function<TableName, String> alter(String clause) {
        return table -> "ALTER TABLE " + table.sql() + " " + clause;
    }

    private static Function<TableName, String> comment(Identifier column, String text) {
        return table -> "COMMENT ON COLUMN " + table.sql() + "." + column.sql() + " IS " + new Literal(text).sql();
    }

    private Effect done(Function<TableName, String> sql) {
        return done(List.of(sql));
    }

    /** Has the columns that statements have left it; where they were tried it is there as it is, and read there. */
    void refresh(CatalogTable table) {
        isThere = true;
        read.clear();
        shown.removeIf(s -> table.column(s.name()).isEmpty());
        table.columns().stream()
                .filter(column -> found(column.name()).isEmpty())
                .forEach(column -> shown.add(new Shown(column.name(), new Slot(++slots, column.type()))));
    }

    /** Has the server read them, behind all that has been done to the table before: on a temporary table, if it is not there. */
    private Effect done(List<Function<TableName, String>> sql) {
        var temporary = isThere ? name() : new TableName(TEMPORARY, name);
        sql.forEach(statement -> read.add(statement.apply(temporary)));
        if (!isUnderWay) {
            analyst.requireReadable(read);
        }
        return new CreatedEffects.AtOnce(
                this,
                name().plain(),
                sql.stream().map(statement -> statement.apply(name())).toList());
    }

    /** What columns that an operation saw are called in the end; nothing of those that have gone. */
    Map<Identifier, Identifier> names(Map<Identifier, Slot> seen) {
        var all = new LinkedHashMap<Identifier, Identifier>();
        seen.forEach((then, slot) -> shown.stream()
                .filter(s -> s.slot().equals(slot))
                .findFirst()
                .ifPresent(now -> all.put(then, now.name())));
        return all;
    }

    /** @throws godwit.GodwitException column-unknown */
    Shown find(Identifier column) {
        if (isUnderWay && found(column).isEmpty()) {
            shown.add(new Shown(column, new Slot(++slots, UNKNOWN)));
        }
        return found(column)
                .orElseThrow(() -> problem(
                        "column-unknown",
                        column,
                        "is not there",
                        "See how the table stands after the operations before."));
    }

    private Optional<Shown> found(Identifier column) {
        return shown.stream().filter(s -> s.name().equals(column)).findFirst();
    }

    private void requireFree(Identifier column) {
        if (!isUnderWay && found(column).isPresent()) {
            throw problem("column-exists", column, "is there already", "Choose another name.");
        }
    }

    private RuntimeException problem(String code, Identifier column, String what, String hint) {
        return Problem.of(code, "Column %s of %s %s.".formatted(column.name(), name().plain(), what), hint)
                .withObjects(List.of(name().plain() + "." + column.name()))
                .asException();
    }
}
