package godwit.change.plan;

import godwit.change.ColumnSpec;
import godwit.change.Operation;
import godwit.change.TableConstraint;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table that the migration makes. It is there from the start, under its own name: nobody of the old version knows it.
 *
 * @param referenced the tables that its foreign keys refer to, by their names at its operation, without itself
 */
record Created(TableName name, Operation.CreateTable operation, Map<Identifier, Seen> referenced)
        implements Effect, Member {
    Created {
        referenced = Map.copyOf(referenced);
    }

    /** The names of the tables that an operation's foreign keys refer to. */
    static Stream<Identifier> references(Operation.CreateTable operation) {
        return Stream.concat(
                operation.columns().stream()
                        .flatMap(column -> column.references().stream())
                        .map(ColumnSpec.Reference::table),
                operation.constraints().stream()
                        .filter(TableConstraint.ForeignKey.class::isInstance)
                        .map(TableConstraint.ForeignKey.class::cast)
                        .map(TableConstraint.ForeignKey::table));
    }

    /** What stands in the parentheses of CREATE TABLE. */
    String definition() {
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

    /** The columns, each as its own name in the table. */
    Map<Identifier, Identifier> columns() {
        return operation.columns().stream()
                .map(ColumnSpec::name)
                .collect(Collectors.toMap(each -> each, each -> each, (a, b) -> a, LinkedHashMap::new));
    }

    @Override
    public List<Step> made() {
        var sql = new ArrayList<String>();
        sql.add("CREATE TABLE " + name.sql() + " (" + definition() + ")");
        operation
                .comment()
                .ifPresent(text -> sql.add("COMMENT ON TABLE " + name.sql() + " IS " + new Literal(text).sql()));
        operation
                .columns()
                .forEach(column -> column.comment()
                        .ifPresent(text -> sql.add("COMMENT ON COLUMN " + name.sql() + "."
                                + column.name().sql() + " IS " + new Literal(text).sql())));
        return List.of(Effect.brief("table " + name.plain(), Lock.NONE, sql));
    }

    @Override
    public List<Step> constraints(Names names) {
        var sql = new ArrayList<String>();
        operation
                .columns()
                .forEach(column -> column.references()
                        .ifPresent(reference -> sql.add(add(
                                reference.name(),
                                DefinitionText.foreignKey(
                                        column.name().sql(),
                                        table(names, reference.table()),
                                        DefinitionText.names(
                                                List.of(reference.column()), physical(names, reference.table())),
                                        reference.rules())))));
        for (var constraint : operation.constraints()) {
            if (constraint instanceof TableConstraint.ForeignKey key) {
                sql.add(add(
                        key.name(),
                        DefinitionText.foreignKey(
                                DefinitionText.names(key.columns(), Map.of()),
                                table(names, key.table()),
                                DefinitionText.names(key.referenced(), physical(names, key.table())),
                                key.rules())));
            }
        }
        return sql.isEmpty()
                ? List.of()
                : List.of(Effect.brief("foreign keys of " + name.plain(), Lock.SHARE_ROW_EXCLUSIVE, sql));
    }

    private String add(Identifier constraint, String definition) {
        return "ALTER TABLE " + name.sql() + " ADD CONSTRAINT " + constraint.sql() + " " + definition;
    }

    private String table(Names names, Identifier table) {
        var other = referenced.get(table);
        return (other == null ? name : names.table(other.table())).sql();
    }

    private Map<Identifier, Identifier> physical(Names names, Identifier table) {
        var other = referenced.get(table);
        return other == null ? Map.of() : names.columns(other);
    }

    @Override
    public List<Step> takenBack() {
        return List.of(Effect.brief("table " + name.plain(), Lock.NONE, List.of("DROP TABLE IF EXISTS " + name.sql())));
    }
}
